"""What ``mock_alipay.server`` overrides, copies or depends on in uvicorn is what it was written against."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tests.server.uvicorn_sources import accepted, digest, digest_of, overridden, own_classes, strange, watched

PLAIN = "def f(self):\n    return '#'\n"


def test_the_installed_uvicorn_is_one_that_was_compared() -> None:
    """An upgrade of uvicorn that changes any of it is a decision."""
    changed = "\n".join(strange(accepted()))
    assert not changed, (
        f"uvicorn {version('uvicorn')} is not what mock_alipay/server was written against. Compare the following with "
        f"mock_alipay/server and adapt that, then accept them: python -m tests.server.uvicorn_sources\n{changed}"
    )


def test_nothing_stands_in_the_table_for_nothing() -> None:
    """The table holds what is compared and no more, and every accepted release has all of it."""
    assert watched() == set(accepted())
    assert [] == [name for name, digests in accepted().items() if "missing" in digests]


def test_a_new_override_is_compared() -> None:
    """A method that replaces one of uvicorn's is found; one that does not, is not."""

    class New(HttpToolsProtocol):
        """It overrides one method."""

        def on_url(self, url: bytes) -> None:
            """Do nothing."""

        def of_its_own(self) -> None:
            """Do nothing."""

    found = overridden([New])
    assert {f"{HttpToolsProtocol.__module__}:HttpToolsProtocol.on_url"} == found
    assert "uvicorn.server:Server.startup" in overridden(own_classes())


def test_what_is_unknown_is_named() -> None:
    """Without a digest in the table each name is strange, one that uvicorn does not have too."""
    table = accepted()
    name = "uvicorn.server:Server.startup"
    assert [name] == strange({**table, name: {"0": "0.30.0"}})
    assert "missing" == digest("uvicorn.server:Server.nothing")


@pytest.mark.parametrize(
    ("source", "same"),
    [
        ("    def f(self):\n        return '#'  # why\n", True),
        ('def f(self):\n    """What it does,\n\n    # at length."""\n\n    # Why.\n    return \'#\'\n', True),
        ("def f(self):\n    return '# '\n", False),
        ("async def f(self):\n    return '#'\n", False),
        ("@cached\ndef f(self):\n    return '#'\n", False),
    ],
)
def test_only_code_counts(source: str, same: bool) -> None:
    """Comments, docstrings, blank lines and the depth of the code change no digest; code does."""
    assert same == (digest_of(PLAIN) == digest_of(source))
