"""Foreign text in Markdown: what a reader sees is what was written."""

import re

import pytest
from markdown_it import MarkdownIt

from harness.reporting.document import Document, KeyNumber, Part, Section, Verdict
from harness.reporting.render import markdown, plain
from harness.reporting.tables import Cell, Table

FOREIGN = [
    "a|b",
    "a_b_ _c_ __d__",
    "*a* **b** ***c***",
    "<b>bold</b> <script>alert(1)</script> & &amp;",
    "`code` ``more`` \\`x\\`",
    "zeros[aggregate=min](http://x) ![p](q) [^1]",
    "# no heading",
    "- no item",
    "+ no item",
    "--- ---",
    "1. no item",
    "12) no item",
    "> no quote",
    "~~no~~ $x$ \\| \\",
    "-0.012 (-0.1 to 3.5)",
    "--out x",
    "-",
]


def document(text: str) -> Document:
    table = Table([(text, "")], [[Cell(text)], [Cell(text)]], [1])
    part = Part(
        text, [text], [Section(text, text, table)], Verdict(text, [KeyNumber(text, text, text)])
    )
    return Document(text, [text], [part], "command", [(text, text)], {})


def shown(text: str) -> list[str]:
    """Return what is seen of Markdown, block by block."""
    page = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text)
    assert not re.search(
        "<(?!/?(h[1-3]|p|ul|li|table|thead|tbody|tr|t[hd]|strong|pre|code)>)", page
    )
    blocks = re.split("</?(?:h[1-3]|p|ul|li|table|thead|tbody|tr|t[hd]|pre)>", page)
    lines = [re.sub("</?(strong|code)>", "", block).strip() for block in blocks]
    kept = [line for line in lines if line]
    for sign, entity in (("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("&", "&amp;")):
        kept = [line.replace(entity, sign) for line in kept]
    return kept


@pytest.mark.parametrize("text", FOREIGN)
def test_foreign_text_is_seen_in_markdown_as_it_is(text: str) -> None:
    once = " ".join(text.split())
    assert shown(markdown(document(text))) == [
        *[once] * 2,  # the title and the verdict
        f"{once}: {once} ({once})",
        *[once] * 7,  # headline, target, its headline, section, its text, heading, first row
        once,  # the row of the subject
        "How it was made",
        "command",
        f"{once}: {once}",
    ]


def test_numbers_are_left_as_they_are() -> None:
    assert plain("-0.012") == "-0.012"
    assert plain("1.5 to 2.5") == "1.5 to 2.5"
