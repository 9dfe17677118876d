"""Figures of each treatment against Control, with the outcome by the engine's rule."""
