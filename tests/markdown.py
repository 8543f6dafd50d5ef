"""A Markdown document read into its sections, as far as two documents can be held against each other."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
ITEM = re.compile(r"(?:[-*+]|\d+[.)]) ")


@dataclass(slots=True)
class Section:
    """A heading and what stands under it before the next one."""

    level: int
    title: str
    code: list[str] = field(default_factory=list)
    """Fenced blocks whole, with their fences and the language."""
    tables: list[list[str]] = field(default_factory=list)
    """The rows of each table, the line under its head among them."""
    paragraphs: list[str] = field(default_factory=list)
    """Each in one line, and each item of a list too."""

    @property
    def heading(self) -> str:
        """The heading as it is written."""
        return f"{'#' * self.level} {self.title}"

    @property
    def items(self) -> int:
        """How many items its lists have together."""
        return sum(ITEM.match(paragraph) is not None for paragraph in self.paragraphs)


def sections(text: str) -> list[Section]:
    """The sections of a document that begins with a heading."""
    found: list[Section] = []
    policy: str | None = None
    table = going_on = False
    for line in text.splitlines():
        if policy is not None:
            found[-1].code[-1] += f"\n{line}"
            policy = None if line.strip() == policy else policy
        elif opened := re.match(r"`{3,}", line):
            policy = opened[0]
            found[-1].code.append(line)
        elif heading := re.match(r"(#{1,6}) (.+)", line):
            found.append(Section(len(heading[1]), heading[2].strip()))
        elif line.startswith("|"):
            if not table:
                found[-1].tables.append([])
            found[-1].tables[-1].append(line)
        elif going_on and line.strip() and not ITEM.match(line):
            found[-1].paragraphs[-1] += f" {line.strip()}"
        elif line.strip():
            found[-1].paragraphs.append(line.strip())
        table = policy is None and line.startswith("|")
        going_on = policy is None and bool(line.strip()) and not line.startswith(("|", "#", "`" * 3))
    return found


def cells(row: str) -> list[str]:
    """The cells of a table's row."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip())[1:-1]]


def code_spans(text: str) -> list[str]:
    """The inline code of a text, in order."""
    return [span[2].strip() for span in CODE_SPAN.finditer(text)]


def targets(text: str) -> list[str]:
    """Where the links of a text lead, in order."""
    return [link[2] for link in LINK.finditer(CODE_SPAN.sub("`", text))]


def words(text: str) -> str:
    """A text as it is read aloud: a backtick for each inline code, links by their text alone, no marks of emphasis."""
    return LINK.sub(r"\1", CODE_SPAN.sub("`", text)).replace("**", "")


def anchors(document: list[Section]) -> dict[str, int]:
    """The anchors that GitHub gives the headings, and the place of each heading in the document."""
    given: dict[str, int] = {}
    for place, section in enumerate(document):
        name = plain = re.sub(r"[^\w\- ]", "", section.title.lower()).replace(" ", "-")
        again = 0
        while name in given:
            again += 1
            name = f"{plain}-{again}"
        given[name] = place
    return given
