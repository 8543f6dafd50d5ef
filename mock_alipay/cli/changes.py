"""The flag ``--set``, which changes fields of a body."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from mock_alipay.scenarios.json_path import parse, put
from mock_alipay.text.json_text import parse_json, refuse_infinite
from mock_alipay.text.masking import is_secret
from mock_alipay.text.wording import described, not_json

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
            changes[path[:-1]] = parse_json(value, parse_constant=_refuse_constant)
            refuse_infinite(changes[path[:-1]])
        except json.JSONDecodeError as error:
            found = f"text that is {not_json(error)}" if value else "nothing"
            hint = f"; {path[:-1]}=TEXT is for text"
            raise click.UsageError(f"--set: {path[:-1]}: expected JSON after :=, got {found}{hint}") from None
        except ValueError as error:
            raise click.UsageError(f"--set: {path[:-1]}: expected JSON after :=, got {not_json(error)}") from None
    return changes


def changed(body: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The body with changed fields; None removes one. UsageError for a path that can name no field of this body."""
    for written, value in changes.items():
        try:
            path = parse(written)
        except ValueError as error:
            raise click.UsageError(f"--set: {error}") from None
        if not all(isinstance(step, str) for step in path):
            raise click.UsageError(f"--set: {written} names an element of an array; set the array as a whole")
        _refuse_below_values(body, [str(step) for step in path])
        put(body, path, value)
    return body


def undocumented(endpoint_id: str, changes: Mapping[str, Any]) -> list[str]:
    """One sentence for each changed field that the endpoint's contract does not have.

    UsageError when the contract has a field of a similar name.
    """
    from mock_alipay import contracts

    contract, sentences = contracts.load(), []
    for path, value in changes.items():
        # The field alone: beside the others, no name that the body has already would be suggested.
        alone = changed({}, {path: "" if value is None else value})
        for sentence in contract.unknown(endpoint_id, alone):
            if "did you mean" in sentence:
                raise click.UsageError(f"--set: {sentence}")
            sentences.append(sentence)
    return sentences


def _refuse_below_values(body: Mapping[str, Any], path: Sequence[str]) -> None:
    """UsageError when a value above the path's end is not an object."""
    inner: Any = body
    for at, step in enumerate(path[:-1], 1):
        inner = inner.get(step)
        if inner is None:
            return
        if not isinstance(inner, dict):
            above = ".".join(path[:at])
            expected = f"expected an object at {above}, the body has {described(inner, secret=is_secret(step))}"
            raise click.UsageError(f"--set: {'.'.join(path)}: {expected}")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name}, which JSON does not have")
