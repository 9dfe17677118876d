"""From other services to files: what maps, and for everything that does not, why (pure)."""
