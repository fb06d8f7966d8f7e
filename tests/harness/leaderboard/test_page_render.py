import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from harness.leaderboard import page_render
from harness.leaderboard.page_document import Page
from harness.leaderboard.page_render import board_views, html, markdown
from harness.leaderboard.page_scores import score_views
from harness.leaderboard.profiles import profile
from harness.reporting.cost_plot import cost_front
from tests.leaderboards import HOSTILE, LONG, board, page, standing


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> str:
    return html(page(tmp_path_factory.mktemp("page")))


def row_of(made: str, board: str, score: str) -> list[str]:
    """Return the texts of a score's cells on a board."""
    section = made.partition(f'<section class="board" id="{board}">')[2].partition("</section>")[0]
    row = re.search(rf'<tr data-score="{re.escape(score)}".*?</tr>', section, re.S)
    assert row
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row[0], re.S)
    return [" ".join(re.sub(r"<[^>]*>", "", cell).split()) for cell in cells]


def test_a_row_has_all_that_is_known_of_a_score(made: str) -> None:
    assert row_of(made, "nb201-cifar10", "zico") == [
        *(
            "zico",
            "1* (1 to 6)",
            "0.700",
            "0.600 to 0.800",
            "0.501",
            "0.250",
            "1.3",
            "100 (1 missing)",
        ),
        *("images, labels, gradients", "0", "Li et al. 2023", "ZiCo"),
    ]
    assert row_of(made, "nb201-cifar10", "mine")[0] == "mine handed in, not computed here"
    assert row_of(made, "nb201-cifar10", "mine")[9] == "12"
    assert row_of(made, "nb201-cifar10", "live_params")[0] == "live_params baseline"


def test_a_score_that_is_undefined_somewhere_is_marked(made: str) -> None:
    assert "* Undefined on some of the architectures (column n)" in made


def test_the_board_with_the_most_scores_is_shown_at_first(tmp_path: Path) -> None:
    rows = {"cifar10": standing(zeros=0.5), "cifar100": standing(zico=0.6, plain=0.1)}
    boards = [replace(board(name, its), waiting={}, beside={}) for name, its in rows.items()]
    profiles = {name: profile(name) for one in boards for name in one.names}
    views = board_views(boards, profiles, tmp_path)
    shown = html(Page([], views, score_views(views, profiles), "", []))
    assert re.findall('value="([^"]*)" selected', shown) == ["nb201-cifar100"]


def test_what_is_missing_says_why(made: str) -> None:
    assert (
        'Not computed yet, with how many of the 100 architectures are: <span class="whole">grasp'
        in made
    )
    assert "(no &lt;attention&gt;)" in made
    assert "does not apply: no &lt;attention&gt;" in made
    assert "not computed yet: 40 of 100" in made
    assert "no &lt;score&gt; of it is complete yet" in made


def test_nothing_foreign_is_markup_and_nothing_is_loaded(made: str) -> None:
    assert "<img src=x" not in made
    assert "</script><b>" not in made
    assert "Opening &amp; &lt;all&gt;." in made
    assert made.count("<script>") == 1
    loaded = re.findall(r'(?:src|href)="(?!#|data:|https://)', made)
    assert loaded == []
    assert "default-src 'none'" in made


def test_anchors_are_there_for_every_link_within_the_page(made: str) -> None:
    targets = set(re.findall(r'\bid="([^"]+)"', made))
    assert set(re.findall(r'href="#([^"]+)"', made)) <= targets
    assert {
        "nb201-cifar10",
        "nb201-cifar100",
        "proxy-zeros",
        "proxy-swap-mu-0.6-sigma-0.1",
    } <= targets


def test_published_figures_stand_beside_a_score_with_their_source(made: str) -> None:
    about = made.partition('id="proxy-zico"')[2].partition("</details>")[0]
    assert about.count("ZiCo (Li et al. 2023) table 1") == 2
    assert "diamonds" in about
    assert "diamonds" not in made.partition('id="proxy-zeros"')[2].partition("</details>")[0]


def test_the_map_has_a_cell_for_each_board(made: str) -> None:
    heat = made.partition('<table class="heat">')[2].partition("</table>")[0]
    cells = {
        score: re.findall(r"<td[^>]*>([^<]*)</td>", row)
        for score, row in re.findall(r'<tr data-score="([^"]*)"(.*?)</tr>', heat, re.S)
    }
    assert cells["zeros"] == ["0.50", "0.40"]
    assert cells["zico"] == ["0.70", "undefined"]
    assert cells["grasp"] == ["later", "later"]
    assert cells["dss"] == ["not apt", "not apt"]
    assert cells[LONG] == ["0.65", ""]
    assert next(iter(cells)) == "zeros"  # the only one with a tau on both


def test_markdown_has_the_first_scores_of_each_board(tmp_path: Path) -> None:
    lines = markdown(page(tmp_path)).splitlines()
    assert lines[2] == (
        "| nb201: CIFAR-10 test accuracy, 200 epochs | 100 | 5 | `zico` 0.700 (0.600 to 0.800) "
        f"| `{LONG}` 0.650 (0.550 to 0.750) | `live_params` 0.600 (0.500 to 0.700) "
        "| `live_params` 0.600 (0.500 to 0.700) |"
    )
    assert [line.count("|") for line in lines[:4]] == [8] * 4


def test_a_score_that_was_handed_in_is_in_its_row_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []

    def recorded(costs: dict[str, float], *others: Any) -> Figure:
        drawn.extend(costs)
        return cost_front(costs, *others)

    monkeypatch.setattr(page_render, "cost_front", recorded)
    rows = standing(mine=0.9, zico=0.7, live_params=0.6)  # the first is also the cheapest
    profiles = {"mine": HOSTILE} | {
        name: profile(name) for name in ("zico", "live_params", "grasp", "dss")
    }
    [view] = board_views([board("cifar10", rows)], profiles, tmp_path)
    assert view.opening.startswith("Highest of 2 computed scores: zico, ")
    assert view.front == "On the front: zico."
    assert drawn == ["zico", "live_params"]
    assert [row.profile.name for row in view.rows] == ["mine", "zico", "live_params"]
    assert [row.numbers[2].text for row in view.rows] == ["", "1.6", "2"]
    made = Page([], [view], [], "python -m harness.scores page", [])
    assert "| 100 | 2 | `zico`" in markdown(made)
    assert "mine" not in markdown(made)


def test_seconds_are_said_to_be_measured_beside_other_work(made: str) -> None:
    figures = re.findall(r"<figcaption>(.*?)</figcaption>", made, re.S)
    assert len(figures) == 2
    assert all("not comparable to a factor of 2 or more" in one for one in figures)
    heading = re.search(r'title="([^"]*)">seconds<', made)
    assert heading
    assert heading[1].endswith("on machines that also did other work")
    assert "one core" not in made
