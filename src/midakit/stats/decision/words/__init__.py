"""A verdict and its warnings in sentences."""
