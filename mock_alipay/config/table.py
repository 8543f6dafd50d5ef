"""The table of settings: name, kind, flag, environment variable, default and help text of each."""

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
    """A setting: a flag, an environment variable and an argument in Python."""

    name: str
    kind: Kind
    help: str
    singular: str = ""
    """The flag's name where it differs from ``name``: ``merchant`` adds one of ``merchants``."""
    several: bool = False
    default: Any = None

    @property
    def flag(self) -> str:
        """The name on the command line."""
        return f"--{(self.singular or self.name).replace('_', '-')}"

    @property
    def variable(self) -> str:
        """The name of the environment variable."""
        return f"{PREFIX}{self.name.upper()}"

    def check(self, value: Any) -> Any:
        """Convert a value from Python to what Config holds; ValueError describes what was expected."""
        if not self.several:
            return self.kind.check(value)
        if isinstance(value, str | bytes | os.PathLike) or not isinstance(value, Iterable):
            return (self.kind.check(value),)
        return tuple(map(self.kind.check, value.items() if isinstance(value, Mapping) else value))


_ROWS = (
    Setting("host", kinds.TEXT._replace(metavar="HOST"), "Address to listen on; for a host name, all its addresses."),
    Setting("port", kinds.PORT, "Port for plain HTTP; 0 picks a free one and prints it."),
    Setting("tls_port", kinds.PORT_OR_NONE, "Port for HTTPS; 0 picks a free one, none turns HTTPS off."),
    Setting(
        "scenarios",
        kinds.FOLDER,
        "Folder with more scenarios; one with the name of a shipped scenario replaces it.",
        several=True,
    ),
    Setting("scenario", kinds.TEXT._replace(metavar="NAME"), "Default scenario, used when nothing else selects one."),
    Setting(
        "signatures",
        one_of(*get_args(SignatureMode)),
        "Verify client ids that have a key, require a key for all, or neither verify nor sign.",
    ),
    Setting(
        "merchants",
        kinds.MERCHANT,
        "Public key of a merchant; the same ID again adds its next key version.",
        "merchant",
        several=True,
    ),
    Setting("gateway_key", optional(kinds.FILE), "Private key that signs replies; the shipped test key if omitted."),
    Setting(
        "types",
        one_of(*get_args(TypeMode)),
        "Accept Booleans and Integers as JSON values and strings (documented), or as strings only (strict).",
    ),
    Setting(
        "required",
        one_of(*get_args(RequiredMode)),
        "Require every field documented as required, or allow those that official demos omit (observed).",
    ),
    Setting(
        "seed",
        optional(whole(-(2**63), 2**63 - 1, "a whole number of at most 64 bits")),
        "Seed for generated ids and names; random and printed if omitted.",
    ),
    Setting(
        "max_body", whole(1, float("inf"), "a whole number from 1", "BYTES"), "Largest request body that is accepted."
    ),
    Setting("watch", kinds.SWITCH, "Reload scenario files when they change."),
    Setting(
        "admin_hosts",
        kinds.HOST_NAME,
        "Another host name for the admin API and the certificate, beside those of loopback.",
        "admin_host",
        several=True,
    ),
    Setting(
        "admin_token",
        optional(kinds.TOKEN),
        "Token that admin calls must carry; generated and printed off loopback if omitted.",
    ),
    Setting("admin_open", kinds.SWITCH, "Don't require an admin token, even off loopback."),
    Setting("notify_url", optional(kinds.URL), "URL for notifications of requests that name none."),
    Setting(
        "public_url",
        optional(kinds.ORIGIN),
        "URL under which browsers reach the gateway; the URL of the call if omitted.",
    ),
    Setting(
        "notify_allow",
        kinds.HOST_NAME,
        "Public host that notifications may go to, beside private networks.",
        several=True,
    ),
    Setting(
        "sandbox_retries",
        kinds.SWITCH,
        "Send each notification once, acknowledged or not, as the official sandbox does.",
    ),
    Setting(
        "notification_time",
        one_of(*get_args(NotificationTime)),
        "Take the request-time of webhooks from the gateway's clock, or from the machine's (real).",
    ),
    Setting("state", optional(kinds.FILE), "Begin with the state in this file, which export has written."),
    Setting(
        "upstream", optional(kinds.UPSTREAM), "Forward calls to this gateway, such as the sandbox; no scenario plays."
    ),
    Setting(
        "upstream_key", optional(kinds.PRIVATE_KEY), "Sign forwarded calls again, as this client id with this key."
    ),
    Setting("record", optional(kinds.FOLDER), "Folder for the replies of the other gateway, as scenario files."),
)

_DEFAULTS = {field.name: field.default for field in dataclasses.fields(Config)}
SETTINGS = {row.name: row._replace(default=_DEFAULTS[row.name]) for row in _ROWS}
"""All fields of Config by name, in order."""


def flag_of(name: str) -> str:
    """The flag of a setting."""
    return SETTINGS[name].flag
