"""The pages: links, tables of contents, and the README in two languages."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.markdown import DOCS, PROJECT, anchors, code_spans, fenced, headings, links, read

PAGES = [
    *sorted(f"docs/{page.name}" for page in DOCS.glob("*.md")),
    *sorted(page.name for page in PROJECT.glob("*.md")),
]
ENGLISH, CHINESE = "README.md", "README.zh-CN.md"


@pytest.mark.parametrize("page", PAGES)
def test_links(page: str) -> None:
    """Each link leads to a file of the project or to a heading that exists."""
    for link in links(read(page)):
        path, _, anchor = link.partition("#")
        if "://" not in path:
            target = (PROJECT / page).parent / path if path else PROJECT / page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target.read_text("utf-8")), link


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("docs/") and page != "docs/README.md"])
def test_table_of_contents(page: str) -> None:
    """A page of more than 50 lines begins with links to its sections, in their order."""
    text = read(page)
    introduction = text.partition("\n## ")[0]
    contents = [link for link in links(introduction) if link.startswith("#")]
    if contents or text.count("\n") > 50:
        assert [f"#{anchor}" for anchor in anchors(text)[1:]] == contents


def test_index() -> None:
    """docs/README.md links every page of docs/."""
    linked = {link for link in links(read("docs/README.md")) if "/" not in link}
    assert {page.name for page in DOCS.glob("*.md")} - {"README.md"} == linked


def test_the_readme() -> None:
    """It is short, and has the test command that .ci/run takes from it once."""
    assert len((PROJECT / ENGLISH).read_bytes()) <= 10_000
    assert 1 == read(ENGLISH).count("&& .venv/bin/python -m pytest")


def test_both_readmes_are_in_step() -> None:
    """The Chinese README has the same levels of headings, code blocks, inline code and links as the English one."""
    english, chinese = read(ENGLISH), read(CHINESE)
    assert [level for level, _ in headings(english)] == [level for level, _ in headings(chinese)]
    assert fenced(english) == fenced(chinese)
    assert Counter(code_spans(english)) == Counter(code_spans(chinese))
    switch = {ENGLISH, CHINESE}
    assert Counter(set(links(english)) - switch) == Counter(set(links(chinese)) - switch)
    assert [CHINESE, ENGLISH] == [links(english)[0], links(chinese)[0]]
