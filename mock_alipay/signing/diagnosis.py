"""Explains why a signature is invalid: tries the known mistakes, one at a time and in pairs.

The right public key recovers the signed digest from an RSA signature. So the key is identified first;
then each candidate text costs one hash instead of one verification.
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
"""The limit on candidate texts. The known mistakes produce fewer."""

MOST_HASHED = 256 * 1024 * 1024
"""The limit on hashed bytes. A body of up to 16 KiB gets every guess, one of 1 MiB those with a single mistake."""

_OTHER_HASHES: tuple[HashAlgorithm, ...] = (SHA1(), MD5(), SHA384(), SHA512())  # noqa: S303 - only detected


@dataclass(frozen=True, slots=True)
class Suspect:
    """A key that may have made the signature, and a description of its owner."""

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
    """Explain in a sentence what was signed instead of what was sent, or with which key.

    Empty for a valid signature.
    """
    sent = Parts(method, target, client_id, time, body, host=host, client_ids=tuple(client_ids))
    for suspect in itertools.chain([expected], others):
        digest = _recover(suspect.key, signature, SHA256())
        if digest is None:
            continue
        return _verdict(suspect, expected, _find(digest, sent))
    for algorithm in _OTHER_HASHES:
        if _recover(expected.key, signature, algorithm) is not None:
            return f"it was made with {algorithm.name.upper()}withRSA; RSA256 means SHA256withRSA"
    if len(signature) != (expected.key.key_size + 7) // 8:
        size = expected.key.key_size // 8
        return f"it has {len(signature)} bytes, expected {size} for {expected.owner}: another key, or cut off"
    return f"no known key made it: the private key does not belong to {expected.owner}"


def _verdict(suspect: Suspect, expected: Suspect, mistakes: list[str] | None) -> str:
    key = "" if suspect is expected else f"it was made with {suspect.owner}, not with {expected.owner}"
    if mistakes is None:
        text = "the key is right, but no known mistake explains the signed text"
        if not key:
            return text + ": compare it with 'signed' in the journal entry, byte by byte"
        return key
    return "; ".join(filter(None, [key, *mistakes]))


def _recover(key: RSAPublicKey, signature: bytes, algorithm: HashAlgorithm) -> bytes | None:
    try:
        return key.recover_data_from_signature(signature, PKCS1v15(), algorithm)
    except (InvalidSignature, ValueError):
        return None


def _find(digest: bytes, sent: Parts) -> list[str] | None:
    """The one or two mistakes whose text has this digest, empty for the text as sent; None when no text has it."""
    left = min(MOST_GUESSES, MOST_HASHED // len(sent.text))
    for before, pieces, after, other in batches(sent):
        for piece, mistake in pieces[:left]:
            if hashlib.sha256(before + piece + after).digest() == digest:
                mistakes = sorted(filter(None, (mistake, other)), key=lambda made: list(MISTAKES).index(made[0]))
                return [words.format(**changes) for words, changes in mistakes]
        left -= len(pieces)
        if left <= 0:
            break
    return None
