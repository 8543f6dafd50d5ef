"""Why a signature does not fit: the likely mistakes, tried one by one and in pairs.

An RSA signature gives back the digest that was signed to whoever holds the right public key.
So the key is found first, and then every likely text costs one hash, not one verification.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import MD5, SHA1, SHA256, SHA384, SHA512, HashAlgorithm

from mock_alipay.signature.sign import content

_OTHER_HASHES: tuple[HashAlgorithm, ...] = (SHA1(), MD5(), SHA384(), SHA512())  # noqa: S303 - only recognised
_LONGEST_BODY = 64 * 1024
"""Bodies beyond this many bytes are not re-serialised on suspicion."""
_DEEPEST_BODY = 64
"""Nor those that nest deeper: indenting a few KiB of brackets would make megabytes of blanks."""

Variant = tuple[str, str]
"""A value that may have been signed, and the mistake it would be (empty: none)."""


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


def diagnose(
    signature: bytes,
    *,
    method: str,
    target: str,
    client_id: str,
    time: str,
    body: bytes,
    expected: Suspect,
    others: Iterable[Suspect],
) -> str:
    """Say in a sentence what the signature fits instead of what was sent."""
    sent = _Signed(method, target, client_id, time, body)
    for suspect in itertools.chain([expected], others):
        digest = _recover(suspect.key, signature, SHA256())
        if digest is None:
            continue
        mistakes = _find(digest, sent)
        return _verdict(suspect, expected, mistakes)
    for algorithm in _OTHER_HASHES:
        if _recover(expected.key, signature, algorithm) is not None:
            return f"it is made with {algorithm.name.upper()}withRSA; RSA256 means SHA256withRSA"
    if len(signature) != (expected.key.key_size + 7) // 8:
        size = expected.key.key_size // 8
        return f"it has {len(signature)} bytes, {expected.owner} makes {size}: another key, or cut off"
    return f"no known key made it: the private key is not the other half of {expected.owner}"


def _verdict(suspect: Suspect, expected: Suspect, mistakes: list[str] | None) -> str:
    key = "" if suspect is expected else f"it is made with {suspect.owner}, not with {expected.owner}"
    if mistakes is None:
        text = "the key is right, but none of the usual mistakes explains the signed text"
        if not key:
            return text + ": compare it with 'signed' in the journal entry, byte by byte"
        return key
    return "; ".join(filter(None, [key, *mistakes]))


def _recover(key: RSAPublicKey, signature: bytes, algorithm: HashAlgorithm) -> bytes | None:
    try:
        return key.recover_data_from_signature(signature, PKCS1v15(), algorithm)
    except (InvalidSignature, ValueError):
        return None


def _find(digest: bytes, sent: _Signed) -> list[str] | None:
    """The mistakes, at most two at a time, under which the digest fits; None when none do."""
    methods = [(sent.method, ""), ("post", "the method was signed in lower case"), ("", "the method is left out")]
    targets = [(sent.target, ""), *_targets(sent.target)]
    clients = [(sent.client_id, ""), *_clients(sent.client_id)]
    times = [(sent.time, ""), *_times(sent.time)]
    bodies = [(sent.body, ""), *_bodies(sent.body)]
    dimensions: tuple[list[Any], ...] = (methods, targets, clients, times, bodies)
    for count in (0, 1, 2):
        for changed in itertools.combinations(range(len(dimensions)), count):
            pools = [dim[1:] if i in changed else dim[:1] for i, dim in enumerate(dimensions)]
            for tried in itertools.product(*pools):
                how, path, who, when, what = (value for value, _ in tried)
                if hashlib.sha256(content(how, path, who, when, what)).digest() == digest:
                    return [mistake for _, mistake in tried if mistake]
    return None


def _targets(target: str) -> Iterator[Variant]:
    path, _, query = target.partition("?")
    if "/ams/sandbox/api" in path:
        yield (
            target.replace("/ams/sandbox/api", "/ams/api", 1),
            "the path was signed without /sandbox, but sent with it",
        )
    else:
        yield (
            target.replace("/ams/api", "/ams/sandbox/api", 1),
            "the path was signed with /sandbox, but sent without it",
        )
    if path.startswith("//"):
        yield "/" + target.lstrip("/"), "the gateway URL ends with a slash, so the path was sent with two"
    collapsed = re.sub("/{2,}", "/", path)
    if collapsed != path:
        yield collapsed, "the path was signed with single slashes, but sent with double ones"
    if query:
        yield path, "the query string was not signed"
    start = path.find("/ams/")
    if start > 0:
        yield target[start:], "the path was signed without what stands before /ams"
    yield path.rpartition("/")[2], "only the endpoint's name was signed as path"
    yield path[path.find("/v1/") :] if "/v1/" in path else path, "the path was signed without /ams/api"
    yield path.lstrip("/"), "the path was signed without its first slash"
    yield "", "the path is left out"


def _clients(client_id: str) -> Iterator[Variant]:
    yield client_id.removeprefix("SANDBOX_"), "the client id was signed without SANDBOX_"
    yield "SANDBOX_" + client_id, "the client id was signed with SANDBOX_"
    yield client_id.lower(), "the client id was signed in lower case"
    yield client_id.strip(), "the client id was signed without its blanks"
    yield "", "the client id is left out"


def _times(time: str) -> Iterator[Variant]:
    yield "", "the request time is left out"
    moment = _moment(time)
    if moment is None:
        return
    seconds = int(moment.timestamp())
    words = "another request time was signed than was sent"
    for near in (0, -1, 1, -2, 2):
        then = datetime.fromtimestamp(seconds + near, UTC)
        for form in ("%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S+0000"):
            yield then.strftime(form), f"{words} ({then.strftime(form)})"
        for number in (seconds + near, (seconds + near) * 1000):
            yield str(number), f"{words} ({number})"


def _moment(time: str) -> datetime | None:
    try:
        if time.isdigit():
            return datetime.fromtimestamp(int(time) / (1000 if len(time) > 11 else 1), UTC)
        return datetime.fromisoformat(time)
    except (ValueError, OverflowError, OSError):
        return None


def _bodies(body: bytes) -> Iterator[tuple[bytes, str]]:
    yield b"", "the body is left out"
    yield body.strip(), "the body was signed without the white space around it"
    yield body + b"\n", "the body was signed with a line end after it"
    yield body.replace(b"\n", b"\r\n"), "the body was signed with other line ends"
    yield body.replace(b"\r\n", b"\n"), "the body was signed with other line ends"
    yield body.removeprefix(b"\xef\xbb\xbf"), "the body was signed without its byte order mark"
    if len(body) > _LONGEST_BODY or _depth(body) > _DEEPEST_BODY:
        return
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return
    words = "the body was serialised again between signing and sending"
    for ascii_only, sort, (indent, separators) in itertools.product(
        (False, True), (False, True), ((None, (",", ":")), (None, (", ", ": ")), (2, None), (3, None), (4, None))
    ):
        text = json.dumps(value, ensure_ascii=ascii_only, sort_keys=sort, indent=indent, separators=separators)
        yield text.encode("utf-8", "surrogatepass"), words
        if "/" in text:
            yield text.replace("/", "\\/").encode("utf-8", "surrogatepass"), words


def _depth(body: bytes) -> int:
    """How many brackets are open at most; those inside strings count too."""
    return max(itertools.accumulate((byte in b"{[") - (byte in b"}]") for byte in body), default=0)
