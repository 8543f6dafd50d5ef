"""Why a signature does not fit: the likely mistakes, tried one by one and in pairs.

An RSA signature gives back the digest that was signed to whoever holds the right public key.
So the key is found first, and then every likely text costs one hash, not one verification.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import MD5, SHA1, SHA256, SHA384, SHA512, HashAlgorithm

from mock_alipay.signing.guesses import batches
from mock_alipay.signing.known_mistakes import MISTAKES
from mock_alipay.signing.parts import Parts

MOST_GUESSES = 16_000
"""Texts that a signature is compared with. The known mistakes make fewer."""

MOST_HASHED = 256 * 1024 * 1024
"""Bytes of such texts. Bodies up to 16 KiB get every guess, one of a MiB gets those with a single mistake."""

_OTHER_HASHES: tuple[HashAlgorithm, ...] = (SHA1(), MD5(), SHA384(), SHA512())  # noqa: S303 - only recognised


@dataclass(frozen=True, slots=True)
class Suspect:
    """A key that may have made the signature, and whose it is in words."""

    owner: str
    key: RSAPublicKey


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
    sent = Parts(method, target, client_id, time, body, host=host, client_ids=tuple(client_ids))
    for suspect in itertools.chain([expected], others):
        digest = _recover(suspect.key, signature, SHA256())
        if digest is None:
            continue
        return _verdict(suspect, expected, _find(digest, sent))
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


def _find(digest: bytes, sent: Parts) -> list[str] | None:
    """The mistakes, at most two at a time, under which the digest fits; None when none do."""
    left = min(MOST_GUESSES, MOST_HASHED // len(sent.text))
    for before, pieces, after, other in batches(sent):
        for piece, mistake in pieces[:left]:
            if hashlib.sha256(before + piece + after).digest() == digest:
                found = sorted(filter(None, (mistake, other)), key=lambda each: list(MISTAKES).index(each[0]))
                return [words.format(**changes) for words, changes in found]
        left -= len(pieces)
        if left <= 0:
            break
    return None
