"""The path of a call, and everything that commits a payment. Only this package combines the others."""
