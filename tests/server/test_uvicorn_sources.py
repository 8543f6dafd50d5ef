"""The uvicorn code that ``mock_alipay.server`` overrides or depends on is the code it was written for."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tests.server.uvicorn_sources import accepted, changed, digest_of, overridden, own_classes, watched

PLAIN = "def f(self):\n    return '#'\n"


def test_the_installed_uvicorn_is_an_accepted_release() -> None:
    """A changed or missing function must be compared with ``mock_alipay.server`` before it is accepted."""
    names = "\n".join(changed(accepted()))
    assert not names, (
        f"uvicorn {version('uvicorn')} differs from the accepted releases. Compare these functions with "
        f"mock_alipay/server, adapt it, and accept them with: python -m tests.server.uvicorn_sources\n{names}"
    )
    assert watched() == set(accepted())


def test_an_unknown_digest_is_reported() -> None:
    """A function without its digest in the table counts as changed."""
    name = "uvicorn.server:Server.startup"
    assert [name] == changed({**accepted(), name: {"0": "0.30.0"}})


def test_overrides_are_found() -> None:
    """A new override of a uvicorn method is compared as well."""

    class New(HttpToolsProtocol):
        """Overrides one method."""

        def on_url(self, url: bytes) -> None:
            """Do nothing."""

        def new_method(self) -> None:
            """Do nothing."""

    assert {f"{HttpToolsProtocol.__module__}:HttpToolsProtocol.on_url"} == overridden([New])
    assert "uvicorn.server:Server.startup" in overridden(own_classes())


@pytest.mark.parametrize(
    ("source", "same"),
    [
        (
            '    def f(self):\n        """What it does,\n\n        # at length."""\n\n        return \'#\'  # why\n',
            True,
        ),
        ("def f(self):\n    return '# '\n", False),
        ("@cached\ndef f(self):\n    return '#'\n", False),
    ],
)
def test_only_code_changes_a_digest(source: str, same: bool) -> None:
    """Comments, docstrings, blank lines and indentation do not."""
    assert same == (digest_of(PLAIN) == digest_of(source))
