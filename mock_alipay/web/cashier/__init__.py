"""The buyer's pages, what they ask the gateway, and the drop-in for the front-end SDK."""
