"""The documented samples of request bodies."""

from __future__ import annotations

from mock_alipay.contracts import FOLDER

_SAMPLES = FOLDER / "samples"


def sample(endpoint: str) -> bytes | None:
    """The sample of an endpoint, such as ``payments/pay``, as JSON; None without one."""
    file = _SAMPLES / f"{endpoint}.json"
    return file.read_bytes() if file.is_file() else None


def endpoints() -> list[str]:
    """The ids of the endpoints that have a sample."""
    return sorted(file.relative_to(_SAMPLES).with_suffix("").as_posix() for file in _SAMPLES.glob("*/*.json"))
