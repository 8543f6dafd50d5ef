"""Time: clocks by client id, durations, and what is due when."""
