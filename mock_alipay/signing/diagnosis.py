"""Why a signature does not fit: the likely mistakes, tried one by one and in pairs.

An RSA signature gives back the digest that was signed to whoever holds the right public key.
So the key is found first, and then every likely text costs one hash, not one verification.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import MD5, SHA1, SHA256, SHA384, SHA512, HashAlgorithm

from mock_alipay.signing import known_mistakes
from mock_alipay.signing.signer import content

_OTHER_HASHES: tuple[HashAlgorithm, ...] = (SHA1(), MD5(), SHA384(), SHA512())  # noqa: S303 - only recognised


@dataclass(frozen=True, slots=True)
class Suspect:
    """A key that may have made the signature, and whose it is in words."""

    owner: str
    key: RSAPublicKey


@dataclass(frozen=True, slots=True)
class _Signed:
    method: str
    target: str
    client_id: str
    time: str
    body: bytes
    host: str


def diagnose(  # noqa: PLR0913 - the parts of what is signed, each by its name
    signature: bytes,
    *,
    method: str,
    target: str,
    client_id: str,
    time: str,
    body: bytes,
    expected: Suspect,
    others: Iterable[Suspect],
    host: str = "",
    client_ids: Iterable[str] = (),
) -> str:
    """Say in a sentence what the signature fits instead of what was sent."""
    sent = _Signed(method, target, client_id, time, body, host)
    for suspect in itertools.chain([expected], others):
        digest = _recover(suspect.key, signature, SHA256())
        if digest is None:
            continue
        return _verdict(suspect, expected, _find(digest, sent, client_ids))
    for algorithm in _OTHER_HASHES:
        if _recover(expected.key, signature, algorithm) is not None:
            return f"it is made with {algorithm.name.upper()}withRSA; RSA256 means SHA256withRSA"
    if len(signature) != (expected.key.key_size + 7) // 8:
        size = expected.key.key_size // 8
        return f"it has {len(signature)} bytes, {expected.owner} makes {size}: another key, or cut off"
    return f"no known key made it: the private key is not the other half of {expected.owner}"


def _verdict(suspect: Suspect, expected: Suspect, found: list[str] | None) -> str:
    key = "" if suspect is expected else f"it is made with {suspect.owner}, not with {expected.owner}"
    if found is None:
        text = "the key is right, but none of the usual mistakes explains the signed text"
        if not key:
            return text + ": compare it with 'signed' in the journal entry, byte by byte"
        return key
    return "; ".join(filter(None, [key, *found]))


def _recover(key: RSAPublicKey, signature: bytes, algorithm: HashAlgorithm) -> bytes | None:
    try:
        return key.recover_data_from_signature(signature, PKCS1v15(), algorithm)
    except (InvalidSignature, ValueError):
        return None


def _find(digest: bytes, sent: _Signed, client_ids: Iterable[str]) -> list[str] | None:
    """The mistakes, at most two at a time, under which the digest fits; None when none do."""
    dimensions: tuple[list[Any], ...] = (
        [(sent.method, ""), *known_mistakes.methods(sent.method)],
        [(sent.target, ""), *known_mistakes.targets(sent.target, sent.host)],
        [(sent.client_id, ""), *known_mistakes.clients(sent.client_id, client_ids)],
        [(sent.time, ""), *known_mistakes.times(sent.time)],
        [(sent.body, ""), *known_mistakes.bodies(sent.body)],
    )
    how, path, who, _, what = (dimension[0] for dimension in dimensions)
    nearby = ((how, path, who, when, what) for when in known_mistakes.near_times(sent.time))
    for tried in itertools.chain(_guesses(dimensions, 0), _guesses(dimensions, 1), nearby, _guesses(dimensions, 2)):
        if hashlib.sha256(content(*(value for value, _ in tried))).digest() == digest:
            return [mistake for _, mistake in tried if mistake]
    return None


def _guesses(dimensions: Sequence[list[Any]], wrong: int) -> Iterator[tuple[Any, ...]]:
    """Everything as it was sent but for so many of its parts."""
    for changed in itertools.combinations(range(len(dimensions)), wrong):
        pools = [dim[1:] if i in changed else dim[:1] for i, dim in enumerate(dimensions)]
        yield from itertools.product(*pools)
