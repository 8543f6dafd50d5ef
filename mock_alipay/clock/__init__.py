"""Time: clocks per client id, durations, and the schedule of due times."""
