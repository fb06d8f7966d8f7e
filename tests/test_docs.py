"""The documentation's examples do what they say."""

import re
from pathlib import Path

import pytest

from harness.reporting.figures import FIGURES
from proxies import registry
from tools import architecture, options_page

PROJECT = Path(__file__).parent.parent
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DOCUMENTS = [
    PROJECT / "README.md",
    PROJECT / "CONTRIBUTING.md",
    *sorted((PROJECT / "docs").glob("*.md")),
]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
EXAMPLES = {
    f"{path.name}, example {number}": code
    for path in DOCUMENTS
    for number, code in enumerate(BLOCK.findall(path.read_text(encoding="utf-8")), 1)
}


def test_nothing_is_left_to_fill_in() -> None:
    assert [path.name for path in DOCUMENTS if "@@" in path.read_text(encoding="utf-8")] == []


def test_there_is_an_example() -> None:
    assert any(name.startswith("README.md") for name in EXAMPLES)


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_in_python_runs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with registry.isolated():
        exec(compile(EXAMPLES[name], name, "exec"), {"__name__": "__main__"})


def test_links_lead_somewhere() -> None:
    broken = [
        (path.name, link)
        for path in DOCUMENTS
        for link in LINK.findall(path.read_text(encoding="utf-8"))
        if not link.startswith("http") and not (path.parent / link).exists()
    ]
    assert broken == []


def test_the_picture_of_the_rooms_is_that_of_the_contracts() -> None:
    assert (PROJECT / architecture.PICTURE).read_text() == architecture.draw()


def test_the_page_of_options_is_that_of_the_parsers() -> None:
    assert (PROJECT / "docs" / "options.md").read_text() == options_page.page()


def test_the_readme_is_a_page() -> None:
    text = (PROJECT / "README.md").read_text()
    assert len(text.splitlines()) <= 150
    assert len(text.split()) <= 1200


def test_every_figure_is_listed() -> None:
    row = next(
        line
        for line in (PROJECT / "docs" / "report.md").read_text().splitlines()
        if line.startswith("| `*.png`")
    )
    listed = [name.strip() for name in row.split("|")[2].split(",")]
    assert len(listed) == len(FIGURES)
    assert all(name in row for name in FIGURES if "_" not in name)
