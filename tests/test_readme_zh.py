"""The Chinese README says what the English one says: what is not language is the same in both, section by section."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from tests.markdown import Section, anchors, cells, code_spans, sections, targets, words

PROJECT = Path(__file__).parent.parent
ENGLISH = (PROJECT / "README.md").read_text("utf-8")
CHINESE = (PROJECT / "README.zh-CN.md").read_text("utf-8")

NAMES = {
    *("mock-alipay", "Python", "Java", "Go", "PHP", ".NET", "curl", "pytest"),
    *("Docker", "Docker Compose", "GitHub Actions", "Kubernetes"),
}
"""Headings that are names and stay as they are."""

SWITCHES = {"README.md": "English | [简体中文](README.zh-CN.md)", "README.zh-CN.md": "[English](README.md) | 简体中文"}
"""The line by which each leads to the other."""

HAN = r"[\u4e00-\u9fff]"
WIDE = r"[\u3001\u3002\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\u201c\u201d]"
FACT = re.compile(r"[a-z]+(?:[A-Z][a-z]*)+|[A-Z]{2,}(?:_[A-Z]+)+|\d(?:[\d,.:/-]*\d)?")
"""Names of fields and codes, and figures, where they stand outside code."""

FLAWS = {
    "untranslated": re.compile(r"[A-Za-z][A-Za-z'-]+(?:,? [A-Za-z'-]+){3,}"),
    "Western punctuation": re.compile(rf"(?:{HAN}|`)[,;:!?.(]|[,;:!?)](?:{HAN})"),
    "no blank between Chinese and Latin": re.compile(rf"{HAN}[A-Za-z0-9`]|[A-Za-z0-9`]{HAN}"),
    "a blank beside Chinese punctuation": re.compile(rf"{WIDE} | {WIDE}"),
}
"""What does not belong into Chinese text."""


def facts(text: str) -> list[str]:
    """Figures and wire names in a text; an English plural counts as its singular."""
    return [found.rstrip("s") for found in FACT.findall(words(text))]


def unlike(what: str, english: Iterable[str], chinese: Iterable[str]) -> Iterator[str]:
    """What only one of the two has."""
    ours, theirs = Counter(english), Counter(chinese)
    for language, rest in (("English", ours - theirs), ("Chinese", theirs - ours)):
        if rest:
            yield f"{what}, only in {language}: {', '.join(sorted(rest.elements()))}"


def prose(section: Section, name: str) -> str:
    """The paragraphs of a section, without the line that leads to the other README."""
    return "\n\n".join(paragraph for paragraph in section.paragraphs if paragraph != SWITCHES[name])


def tables_differ(english: Section, chinese: Section) -> Iterator[str]:
    """How the tables of one section differ."""
    sizes = [[len(table) for table in section.tables] for section in (english, chinese)]
    if sizes[0] != sizes[1]:
        yield f"tables have {sizes[0]} lines in English, {sizes[1]} in Chinese"
        return
    rows = [[row for table in section.tables for row in table] for section in (english, chinese)]
    for ours, theirs in zip(*rows, strict=True):
        if len(cells(ours)) != len(cells(theirs)):
            yield f"row has {len(cells(ours))} cells in English, {len(cells(theirs))} in Chinese: {theirs}"
            continue
        for left, right in zip(cells(ours), cells(theirs), strict=True):
            yield from unlike(f"code in the row {ours}", code_spans(left), code_spans(right))
            yield from unlike(f"facts in the row {ours}", facts(left), facts(right))
            if bool(left) != bool(right):
                yield f"empty cell in one language alone, row {ours}"


def sections_differ(english: Section, chinese: Section) -> Iterator[str]:
    """How two sections differ in what is not language."""
    if english.title in NAMES and chinese.title != english.title:
        yield f"heading is a name, and is {chinese.title!r} in Chinese"
    if english.title not in NAMES and not re.search(HAN, chinese.title):
        yield f"heading is not translated: {chinese.title!r}"
    if len(english.code) != len(chinese.code):
        yield f"{len(english.code)} code blocks in English, {len(chinese.code)} in Chinese"
    for number, (ours, theirs) in enumerate(zip(english.code, chinese.code, strict=False), 1):
        if ours != theirs:
            yield from unlike(f"lines of code block {number}", ours.splitlines(), theirs.splitlines())
            yield f"code block {number} differs"
    counts = [(len(section.paragraphs), section.items) for section in (english, chinese)]
    if counts[0] != counts[1]:
        yield f"(paragraphs and items, items) are {counts[0]} in English, {counts[1]} in Chinese"
    left, right = prose(english, "README.md"), prose(chinese, "README.zh-CN.md")
    yield from unlike("code in the text", *([" ".join(c.split()) for c in code_spans(text)] for text in (left, right)))
    yield from unlike("facts in the text", facts(left), facts(right))
    files = [[target for target in targets(text) if not target.startswith("#")] for text in (left, right)]
    yield from unlike("links", *files)
    yield from tables_differ(english, chinese)


def led_to(document: list[Section]) -> list[int | str]:
    """The places of the sections that links within a document lead to; of a link that leads nowhere the link."""
    known = anchors(document)
    texts = [
        text for section in document for text in (*section.paragraphs, *(row for t in section.tables for row in t))
    ]
    links = [target for text in texts for target in targets(text) if target.startswith("#")]
    return [known.get(link.removeprefix("#"), link) for link in links]


def flaws(section: Section) -> Iterator[str]:
    """Where the text of a section is not Chinese."""
    texts = [*section.paragraphs, *(cell for table in section.tables for row in table for cell in cells(row))]
    for text in map(words, texts):
        for name, pattern in FLAWS.items():
            for found in pattern.finditer(text):
                yield f"{name}: {text[max(0, found.start() - 10) : found.end() + 10]!r}"


def differences(english_text: str, chinese_text: str) -> list[str]:
    """Whatever keeps the second document from being the first one in Chinese."""
    english, chinese = sections(english_text), sections(chinese_text)
    if [section.level for section in english] != [section.level for section in chinese]:
        keys = [[(section.level, *section.code) for section in document] for document in (english, chinese)]
        left, right = ([section.heading for section in document] for document in (english, chinese))
        return [
            f"headings differ: {left[a:b]} in English, {right[c:d]} in Chinese"
            for kind, a, b, c, d in SequenceMatcher(a=keys[0], b=keys[1], autojunk=False).get_opcodes()
            if kind != "equal"
        ]
    found = [
        f"{ours.heading} / {theirs.heading}: {text}"
        for ours, theirs in zip(english, chinese, strict=True)
        for text in (*sections_differ(ours, theirs), *flaws(theirs))
    ]
    places = led_to(english), led_to(chinese)
    if sorted(map(str, places[0])) != sorted(map(str, places[1])):
        found.append(f"links lead to the sections {places[0]} in English, {places[1]} in Chinese")
    return found


def test_both_say_the_same() -> None:
    """Headings, code, tables, lists, links, inline code, figures and wire names agree, and the rest is Chinese."""
    found = differences(ENGLISH, CHINESE)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("name", "text"), [("README.md", ENGLISH), ("README.zh-CN.md", CHINESE)])
def test_links_lead_somewhere(name: str, text: str) -> None:
    """Every link is to a heading, a file or a page; right under the title stands the one to the other README."""
    document = sections(text)
    assert document[0].paragraphs[0] == SWITCHES[name]
    assert [] == [place for place in led_to(document) if isinstance(place, str)]
    linked = [
        target.partition("#")[0] for section in document for text in section.paragraphs for target in targets(text)
    ]
    assert [] == [target for target in linked if "://" not in target and not (PROJECT / target).exists()]


DRIFTS = [
    ("### Java\n", "#### Java\n", "headings differ: ['### Java']"),
    ("### Java\n", "### 爪哇\n", "### Java / ### 爪哇: heading is a name"),
    ("## 参与开发\n", "## Developing\n", "## Developing / ## Developing: heading is not translated"),
    (
        "mock-alipay act",
        "mock-alipay ACT",
        "## What happens after the session / ## 创建会话之后: lines of code block 1",
    ),
    ("```csharp\n", "```java\n", "### .NET / ### .NET: lines of code block 1, only in English: ```csharp"),
    ("| `--quiet` |", "| `--silent` |", "| `--quiet` | `MOCK_ALIPAY_QUIET` |"),
    (
        "| inquiryRefund | `ORDER_NOT_EXIST` | 没有这笔退款 |\n",
        "",
        "tables have [33] lines in English, [32] in Chinese",
    ),
    ("| 2088 |", "| 2088 | 多 |", "row has 4 cells in English, 5 in Chinese"),
    ("你要在 7 天内", "你要在 8 天内", "facts in the text, only in English: 7"),
    ("| 距支付已超过 365 天 |", "| 距支付已超过 180 天 |", "only in Chinese: 180"),
    ("\n- 测试失败时", "\n测试失败时", "(paragraphs and items, items) are"),
    (
        "(tests/examples/shop)",
        "(tests/examples)",
        "### pytest / ### pytest: links, only in English: tests/examples/shop",
    ),
    ("(#编写场景)", "(#内置场景)", "links lead to the sections"),
    ("`SSL_CERT_FILE` 后", "`SSL_CERT_DIR` 后", "code in the text, only in Chinese: SSL_CERT_DIR"),
    ("不需要账号", "No account needed at all", "No account needed at all"),
    ("不需要账号\uff0c", "不需要账号,", "Western punctuation: "),
    ("不上报任何数据", "不上报API数据", "no blank between Chinese and Latin: "),
    ("不需要账号", "不需要账号 ", "a blank beside Chinese punctuation: "),
]


@pytest.mark.parametrize(("old", "new", "message"), DRIFTS)
def test_a_drift_is_found(old: str, new: str, message: str) -> None:
    """Each kind of drift is told with the section that it is in."""
    assert old in CHINESE
    before = differences(ENGLISH, CHINESE)
    told = [text for text in differences(ENGLISH, CHINESE.replace(old, new, 1)) if text not in before]
    assert any(message in text for text in told), told
