"""Batch normalization you can take hold of."""
