"""The uvicorn code that ``mock_alipay.server`` overrides or depends on is the code it was written for."""

from __future__ import annotations

from importlib.metadata import version

from tests.server.uvicorn_sources import accepted, changed, watched


def test_the_installed_uvicorn_is_an_accepted_release() -> None:
    """A changed or missing function must be compared with ``mock_alipay.server`` before it is accepted."""
    names = "\n".join(changed(accepted()))
    assert not names, (
        f"uvicorn {version('uvicorn')} differs from the accepted releases. Compare these functions with "
        f"mock_alipay/server, adapt it, and accept them with: python -m tests.server.uvicorn_sources\n{names}"
    )
    assert watched() == set(accepted())
    assert {"uvicorn.server:Server.startup", "uvicorn.server:ServerState"} < watched()
