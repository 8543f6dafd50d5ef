"""Wording and masking of text that people read."""
