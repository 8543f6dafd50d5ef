"""The product's version, alone so that everyone may ask for it."""

__version__ = "0.1.0"
