"""What the package offers."""

from __future__ import annotations

import pytest

import mock_alipay


def test_public_names() -> None:
    """Each name in ``__all__`` can be imported; an unknown one is an AttributeError."""
    assert all(getattr(mock_alipay, name) for name in mock_alipay.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = mock_alipay.nothing
