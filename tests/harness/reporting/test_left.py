"""What is left of scores in several runs, in a table, in words and in colours."""

import math

import pandas as pd
import pytest

from harness.reporting.left import NUMBERS, left_map, left_of, left_sentences, left_table

NAN = math.nan
TITLES = ["one", "other", "old"]


def row(proxy: str, gain: float, tau: float, p: float) -> list[object]:
    ends = [gain, gain - 0.02, gain + 0.02, tau, tau - 0.1, tau + 0.1]
    return [proxy, 0.5, 0.4, 0.6, True, *ends, p, 90.0, 12.0]


COLUMNS = ["proxy", "tau", "tau_low", "tau_high", "applies", *NUMBERS]


@pytest.fixture
def left() -> pd.DataFrame:
    """Two scores in two runs; a size; and a run of the time before these numbers."""
    nothing = [NAN] * len(NUMBERS)
    one = [row("zeros", 0.01, 0.02, 0.6), row("snip", 0.05, 0.4, 0.001)]
    other = [row("zeros", 0.02, 0.1, 0.02), row("snip", 0.09, -0.3, 0.002)]
    one.append(["layers", 0.3, 0.2, 0.4, True, *nothing])
    old = [["zeros", 0.3, 0.2, 0.4, True, *nothing]]
    frames = (pd.DataFrame(rows, columns=COLUMNS) for rows in (one, other, old))
    return left_of(list(zip(TITLES, frames, strict=True)))


def test_rows_are_those_with_numbers_and_p_is_corrected_for_all_of_them(
    left: pd.DataFrame,
) -> None:
    assert list(zip(left["proxy"], left["part"], strict=True)) == [
        ("snip", "one"), ("snip", "other"), ("zeros", "one"), ("zeros", "other"),
    ]  # fmt: skip
    assert left["p_alike_family"].tolist() == pytest.approx([0.004, 0.006, 0.6, 0.04])
    texts = [[cell.text for cell in cells] for cells in left_table(left, "snip").rows]
    assert texts[1][:6] == [
        "snip",
        "other",
        "+0.090",
        "0.070 to 0.110",
        "-0.300",
        "-0.400 to -0.200",
    ]
    assert texts[1][6:] == ["0.002", "0.006", "90", "12"]


def test_it_is_said_what_survives_and_what_of_it_orders_in_reverse(left: pd.DataFrame) -> None:
    assert left_sentences(left) == [
        "Given size, depth and number of live operations, 3 of 4 comparisons of a score in a run "
        "survive the permutation null, corrected for all of them: snip in 2 of 2 runs (1 of them "
        "reversed); zeros in 1 of 2 runs."
    ]
    none = left.assign(p_alike_family=1.0)
    (said,) = left_sentences(none)
    assert said.endswith("corrected for all of them.")
    assert "0 of 4 comparisons" in said
    assert left_sentences(left.assign(p_alike=NAN)) == []


def test_the_map_has_the_gains_and_is_bold_where_they_survive(left: pd.DataFrame) -> None:
    figure = left_map(TITLES, left, None, "zeros")
    assert figure is not None
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["one", "other"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["snip", "zeros"]
    texts = {text.get_position(): text for text in axes.texts}
    assert texts[1, 0].get_text() == (
        "+0.09\n+0.07 to +0.11\n\N{GREEK SMALL LETTER TAU} \N{MINUS SIGN}0.30, n 90"
    )
    bold = {place for place, text in texts.items() if text.get_fontweight() == "bold"}
    assert bold == {(0, 0), (1, 0), (1, 1)}
    assert " ".join(figure.get_supxlabel().split()) == (
        "gain in tau over a prediction from size and depth, out of sample"
    )
    narrow = left_map(TITLES, left, 2.0)
    assert narrow is not None
    assert narrow.axes[0].texts[0].get_text() == "+0.05"


def test_runs_without_these_numbers_have_no_map(left: pd.DataFrame) -> None:
    none = left[:0]
    assert left_map(TITLES, none, None) is None
    assert left_sentences(none) == []
