"""The network: sockets, TLS and limits around the app. uvicorn lives here."""

from mock_alipay.server.run import run, serve
from mock_alipay.server.sockets import Sockets, bind

__all__ = ["Sockets", "bind", "run", "serve"]
