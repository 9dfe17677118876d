"""Pure: what the figures say, and how they are shown."""
