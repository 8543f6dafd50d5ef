"""HTTP: requests become Calls, Replies become responses. Starlette lives here and in ``app``."""
