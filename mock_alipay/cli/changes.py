"""The flag ``--set``, which changes fields of a body."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from mock_alipay.scenarios.json_path import parse, put

changes_flag = click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="PATH=TEXT",
    help="Change a field of the body; PATH:=JSON for other types than text; repeatable.",
)
"""Adds the flag to a command."""


def parse_changes(written: tuple[str, ...]) -> dict[str, Any]:
    """The values of ``PATH=TEXT`` and ``PATH:=JSON`` by path; UsageError for anything else.

    Text is the default, because documented bodies have numbers as text.
    """
    changes: dict[str, Any] = {}
    for each in written:
        path, equals, value = each.partition("=")
        if not equals or not path.rstrip(":"):
            example = "paymentAmount.value=1, or PATH:=JSON"
            raise click.UsageError(f"--set: expected PATH=TEXT, such as {example}, got '{each}'")
        if not path.endswith(":"):
            changes[path] = value
            continue
        try:
            changes[path[:-1]] = json.loads(value)
        except ValueError as error:
            raise click.UsageError(f"--set {path}=: expected JSON after := ({error}), got '{value}'") from None
    return changes


def changed(body: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The body with changed fields; None removes one. UsageError for a path that names no field."""
    for written, value in changes.items():
        try:
            path = parse(written)
        except ValueError as error:
            raise click.UsageError(f"--set: {error}") from None
        if not all(isinstance(step, str) for step in path):
            raise click.UsageError(f"--set: {written} names an element of an array; set the array as a whole")
        put(body, path, value)
    return body
