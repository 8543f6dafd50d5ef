"""The pages in docs/ name what there is, and show what is printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mock_alipay.cli import commands
from mock_alipay.journal.log_lines import text_line
from mock_alipay.web.admin.routes import CALLS
from tests.calls import ask, parts_of, plain_call, signed_call
from tests.docs.pages import DOCS, blocks
from tests.live import PATH, SANDBOX_PATH, sample
from tests.markdown import anchors, sections, targets
from tests.memory import done, kept

PAGES = sorted(DOCS.glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_contents(page: Path) -> None:
    """A page begins with links to all its sections, in their order, and every link leads somewhere."""
    document = sections(page.read_text("utf-8"))
    links = [target for paragraph in document[0].paragraphs for target in targets(paragraph)]
    assert list(anchors(document))[1:] == [link.removeprefix("#") for link in links if link.startswith("#")]
    linked = [target for section in document[1:] for paragraph in section.paragraphs for target in targets(paragraph)]
    assert [] == [link for link in linked if "://" not in link and not (page.parent / link.partition("#")[0]).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_names(page: Path) -> None:
    """Commands, flags and admin calls on a page are there."""
    text = page.read_text("utf-8")
    flags = {flag for command in commands.commands.values() for param in command.params for flag in param.opts}
    ours = " ".join(re.findall(r"mock-alipay [^\n`]*|`--[^`]*`", text))
    assert set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", ours)) <= flags
    assert set(re.findall(r"`mock-alipay ([a-z]+)", text)) <= set(commands.commands)
    calls = {f"{method} /__admin{path}" for path, methods in CALLS.items() for method in methods}
    assert set(re.findall(r"[A-Z]+ /__admin/[a-z/{}]+", text)) <= calls


def test_troubleshooting_shows_what_the_log_says() -> None:
    """Each line is one that such a call causes."""
    components = parts_of()
    preflight = {"origin": "http://localhost:3000", "access-control-request-method": "POST"}
    ask(components, signed_call(client_id="SANDBOX_SHOP"))
    ask(components, plain_call(target=PATH, method="OPTIONS", headers=preflight))
    ask(components, plain_call(headers={"authorization": "Bearer isak_TEST_1_2"}))
    ask(components, signed_call(sample("slow--1", order=None)))
    done(components.selector.prefer("card-not-supported", times=1))
    refund = {"refundRequestId": "r", "paymentId": "1", "refundAmount": {"currency": "USD", "value": "1"}}
    ask(components, signed_call(refund, path=SANDBOX_PATH.replace("createPaymentSession", "refund")))
    logged = [text_line(entry) for entry in reversed(kept(components.journal))]
    shown = "\n".join(blocks("troubleshooting.md", "text")).splitlines()
    lines = [line for line in shown if line]
    patterns = [re.escape(line).replace("…", ".*") for line in lines]
    assert len(lines) == len(logged)
    assert [] == [
        line
        for line, pattern in zip(lines, patterns, strict=True)
        if not any(re.fullmatch(pattern, log) for log in logged)
    ]
