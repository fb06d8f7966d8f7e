"""The files of scores in this project."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.leaderboard.listing import as_markdown, lines
from harness.scoring.shipped_scores import ShippedScores

PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def scores() -> ShippedScores:
    return ShippedScores(PROJECT / "reports/scores")


def test_every_file_is_as_the_index_says(scores: ShippedScores) -> None:
    assert scores.index
    for name, entry in scores.index.items():
        assert len(scores.rows(name)) == entry.rows
    assert not scores.problems
    there = {path.relative_to(scores.folder) for path in scores.folder.rglob("*.csv.gz")}
    assert there == set(map(Path, scores.index)), "none is left over"


def test_the_documentation_says_how_many_there_are(scores: ShippedScores) -> None:
    text = (PROJECT / "docs/shipped-scores.md").read_text()
    start, end = "<!-- python -m harness.scores list --markdown -->", "<!-- end of the list -->"
    assert text.partition(start)[2].partition(end)[0].split("\n")[2:-2] == as_markdown(
        lines(scores)
    ), "paste it there anew"


@pytest.mark.slow
def test_the_documentation_shows_what_the_page_writes_needs_nas_tables(
    all_tables: Path, tmp_path: Path
) -> None:
    out, table = str(tmp_path / "page.html"), tmp_path / "table.md"
    words = ["--out", out, "--markdown", str(table), "--tables", str(all_tables)]
    subprocess.run(  # a process of its own: other tests have opened other lists of architectures
        [sys.executable, "-m", "harness.scores", "page", *words],
        cwd=PROJECT,
        env={**os.environ, "NAS_SCORES": str(PROJECT / "reports/scores")},
        check=True,
    )
    text = (PROJECT / "docs/leaderboard.md").read_text()
    _, _, shown = text.partition("--markdown FILE -->")
    assert shown.partition("<!-- end of the table -->")[0].strip() == table.read_text().strip(), (
        "paste it there anew"
    )
