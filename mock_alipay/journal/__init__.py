"""What happened, as records: calls, notifications and events; metrics and log lines are made from them."""
