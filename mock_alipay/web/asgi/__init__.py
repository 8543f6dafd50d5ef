"""What the merchant API and the admin API share: requests read, errors told."""
