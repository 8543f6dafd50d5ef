"""Call processing, and everything that commits an aggregate. Only this package combines the others."""
