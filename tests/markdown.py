"""Parts of Markdown pages: code, links and headings."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

PROJECT = Path(__file__).parent.parent
DOCS = PROJECT / "docs"

_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_CODE_SPAN = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)


def read(page: str) -> str:
    """A page by its path in the project."""
    return (PROJECT / page).read_text("utf-8")


def fenced(text: str) -> list[tuple[str, str]]:
    """Language and text of each fenced code block, also of those in lists."""
    return [(language, textwrap.dedent(code)) for _, language, code in _BLOCK.findall(text)]


def blocks(page: str, language: str) -> list[str]:
    """The fenced code blocks of a language."""
    return [code for found, code in fenced(read(page)) if found == language]


def block(page: str, language: str, containing: str = "") -> str:
    """The only block of a language that contains a text."""
    (only,) = (code for code in blocks(page, language) if containing in code)
    return only


def prose(text: str) -> str:
    """A text without code blocks, and with a backtick for each code span."""
    return _CODE_SPAN.sub("`", _BLOCK.sub("", text))


def code_spans(text: str) -> list[str]:
    """The code spans of a text."""
    return [" ".join(span[2].split()) for span in _CODE_SPAN.finditer(_BLOCK.sub("", text))]


def links(text: str) -> list[str]:
    """The targets of the links in a text."""
    return re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", prose(text))


def headings(text: str) -> list[tuple[int, str]]:
    """Level and title of each heading."""
    return [(len(marks), title) for marks, title in re.findall(r"^(#{1,6}) (.+)$", _BLOCK.sub("", text), re.MULTILINE)]


def anchors(text: str) -> list[str]:
    """The anchor that GitHub gives each heading; titles of a page must differ."""
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for _, title in headings(text)]
