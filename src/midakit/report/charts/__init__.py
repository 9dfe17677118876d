"""Charts, drawn with matplotlib on figures of their own; pyplot and its global state stay untouched."""
