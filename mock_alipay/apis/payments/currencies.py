"""Minor units of currencies (ISO 4217)."""

from __future__ import annotations

from collections.abc import Mapping

_DIGITS: Mapping[str, int] = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND"), 0),
    **dict.fromkeys(("VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""The digits after the decimal point; other currencies have two."""


def major_units(currency: str, value: int) -> str:
    """An amount in minor units as people write it: ``10.00`` for 1000 of USD, ``100`` for 100 of JPY."""
    digits = _DIGITS.get(currency, 2)
    whole, part = divmod(value, 10**digits)
    return f"{whole}.{part:0{digits}}" if digits else str(whole)
