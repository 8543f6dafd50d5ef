"""The settings: one row each for its name, kind, flag, environment variable, default and help."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, get_args

from mock_alipay.config import kinds
from mock_alipay.config.config import Config, NotificationTime, SignatureMode
from mock_alipay.config.kinds import Kind, one_of, optional, whole
from mock_alipay.contracts.names import RequiredMode, TypeMode

PREFIX = "MOCK_ALIPAY_"


class Setting(NamedTuple):
    """What can be set, by a flag, an environment variable or a Python program."""

    name: str
    kind: Kind
    help: str
    singular: str = ""
    """The flag's name without hyphens, where it differs: ``merchant`` adds one of ``merchants``."""
    several: bool = False
    default: Any = None

    @property
    def flag(self) -> str:
        """Its name on the command line."""
        return f"--{(self.singular or self.name).replace('_', '-')}"

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return f"{PREFIX}{self.name.upper()}"

    def check(self, value: Any) -> Any:
        """A value from Python as Config holds it; ValueError says what was expected."""
        if not self.several:
            return self.kind.check(value)
        if isinstance(value, str | bytes | os.PathLike) or not isinstance(value, Iterable):
            return (self.kind.check(value),)
        return tuple(map(self.kind.check, value.items() if isinstance(value, Mapping) else value))


_ROWS = (
    Setting("host", kinds.TEXT, "Address to listen on; of a name all its addresses."),
    Setting("port", kinds.PORT, "Plain HTTP; 0 picks a free port and prints it."),
    Setting("tls_port", kinds.PORT_OR_NONE, "HTTPS; 0 picks a free port, none turns it off."),
    Setting("scenarios", kinds.FOLDER, "More scenarios, added to the shipped ones.", several=True),
    Setting("scenario", kinds.TEXT._replace(metavar="NAME"), "Default scenario, for calls that nothing else claims."),
    Setting(
        "signatures",
        one_of(*get_args(SignatureMode)),
        "Verify client ids that have a key, demand a key of all, or neither verify nor sign.",
    ),
    Setting(
        "merchants",
        kinds.MERCHANT,
        "A merchant's public key; the same ID again is its next key version.",
        "merchant",
        several=True,
    ),
    Setting("gateway_key", optional(kinds.FILE), "The private key that signs replies."),
    Setting(
        "types",
        one_of(*get_args(TypeMode)),
        "Take documented Booleans and Integers natively too, or as strings only.",
    ),
    Setting(
        "required",
        one_of(*get_args(RequiredMode)),
        "Require what documentation requires, or let be absent what official demos leave out.",
    ),
    Setting(
        "seed",
        optional(whole(-(2**63), 2**63 - 1, "a whole number of at most 64 bits")),
        "Same seed, same ids; random and printed when left out.",
    ),
    Setting("max_body", whole(1, float("inf"), "a whole number from 1", "BYTES"), "Larger requests are refused."),
    Setting("watch", kinds.SWITCH, "Reload scenario files when they change."),
    Setting(
        "admin_hosts",
        kinds.HOST_NAME,
        "A name of this machine beside loopback's: the admin API may be called under it, and the certificate names it.",
        "admin_host",
        several=True,
    ),
    Setting(
        "admin_token",
        optional(kinds.TOKEN),
        "Token that admin calls must carry. Off loopback, one is generated and printed if none is given.",
    ),
    Setting("admin_open", kinds.SWITCH, "Don't require an admin token, even off loopback."),
    Setting("notify_url", optional(kinds.URL), "Where notifications go when a request names no URL."),
    Setting(
        "public_url",
        optional(kinds.URL),
        "The address under which browsers reach the gateway; that of the call when left out.",
    ),
    Setting(
        "notify_allow",
        kinds.HOST_NAME,
        "A public host that notifications may go to, beside private networks.",
        several=True,
    ),
    Setting(
        "sandbox_retries",
        kinds.SWITCH,
        "Send no notification twice, acknowledged or not, as the official sandbox does.",
    ),
    Setting(
        "notification_time",
        one_of(*get_args(NotificationTime)),
        "The request-time of webhooks: by the gateway's clock, or real when a test has moved it.",
    ),
)

_DEFAULTS = {field.name: field.default for field in dataclasses.fields(Config)}
SETTINGS = {row.name: row._replace(default=_DEFAULTS[row.name]) for row in _ROWS}
"""All fields of Config, by name and in their order."""


def flag_of(name: str) -> str:
    """How the command line names a setting."""
    return SETTINGS[name].flag
