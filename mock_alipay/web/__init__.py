"""HTTP: requests become Calls, and Replies become responses. Only this package imports Starlette."""
