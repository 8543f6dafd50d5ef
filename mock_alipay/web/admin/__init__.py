"""The admin API under ``/__admin``, one module for each resource."""
