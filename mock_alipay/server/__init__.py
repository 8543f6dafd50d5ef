"""The network: sockets, TLS and limits around the app. Only this package imports uvicorn."""
