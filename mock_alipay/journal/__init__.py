"""Records of calls and notifications, the event bus, and the metrics and log lines derived from them."""
