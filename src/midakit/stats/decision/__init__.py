"""From figures to a verdict, with its reasons."""
