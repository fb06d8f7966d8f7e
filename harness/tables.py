"""The tables of a report: which columns each has, what they mean, and how a row of a frame fills them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from harness.files import interval_text


@dataclass(frozen=True)
class Cell:
    """What a table shows, and the number that it sorts by; text sorts as text."""

    text: str
    value: float | None = None


@dataclass(frozen=True)
class Table:
    """Headings with their explanations, and rows of cells."""

    headings: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, what that means, and how a row of the frame fills it."""

    heading: str
    meaning: str
    cell: Callable[[Mapping[str, Any]], Cell]


def text(heading: str, key: str, meaning: str = "") -> Column:
    """Return a column of text, blank where unknown."""
    return Column(heading, meaning, lambda row: Cell("" if pd.isna(row[key]) else str(row[key])))


def number(heading: str, key: str, meaning: str = "", style: str = "z.3f") -> Column:
    """Return a column of numbers, blank where unknown; z in *style* writes what rounds to -0 as 0."""

    def cell(row: Mapping[str, Any]) -> Cell:
        known = not pd.isna(row[key])
        return Cell(format(row[key], style), float(row[key])) if known else Cell("", -math.inf)

    return Column(heading, meaning, cell)


def beside(heading: str, key: str, other: str, pattern: str, meaning: str = "") -> Column:
    """Return a column of numbers with another one beside it, as *pattern* says; it is shown alone where that is unknown."""

    def cell(row: Mapping[str, Any]) -> Cell:
        if pd.isna(row[key]):
            return Cell("", -math.inf)
        shown = f"{row[key]:.2f}" if pd.isna(row[other]) else pattern.format(row[key], row[other])
        return Cell(shown, float(row[key]))

    return Column(heading, meaning, cell)


def interval(low: str, high: str) -> Column:
    """Return a column of 95 % intervals, whose ends are in two columns of the frame."""

    def cell(row: Mapping[str, Any]) -> Cell:
        return Cell(interval_text(row[low], row[high]), -math.inf if pd.isna(row[low]) else float(row[low]))

    return Column("95 % interval", "sampling error of the architectures; blank where the sample shows no variation", cell)


def fill(rows: pd.DataFrame, columns: Sequence[Column]) -> Table:
    """Return a table with a row for each of the frame."""
    cells = [
        [column.cell({str(key): value for key, value in row.items()}) for column in columns] for row in rows.to_dict("records")
    ]
    return Table([(column.heading, column.meaning) for column in columns], cells)


CORRELATIONS_TEXT = (
    "Scores rank by their mean rank over seeds. Place: one more than the number of scores whose tau is significantly higher, so "
    "equal places are ties. Accuracies after a short training, where the table has them, have no place."
)
PAIRS_TEXT = "Differences of tau on the same architectures; p values are corrected for all pairs by Holm's method."
SIZE_TEXT = (
    "How far a score says more than how large a network is. Difference: tau with params less the target's own tau with params; "
    "above 0 the score follows size more than the target does."
)
POPULATIONS_TEXT = (
    "The same scores among fewer architectures: connected has those with a path from input to output, unique the lowest index of "
    "each class of isomorphic ones. Scores that combine ranks keep those that they have in the run's population."
)
SEARCH_TEXT = "What a search would gain. Ties are broken by lot: values are means over all orders of the tied."
CEILINGS_TEXT = (
    "How well trained accuracies agree with one another on the same architectures. A score's tau with a single training run can "
    "hardly be above that of two runs; with the mean over runs, whose noise is smaller, it can. Fewer epochs: a little training."
)
SEEDS_TEXT = "Tau of each seed alone, and of the mean rank over seeds."

PROXY = text("proxy", "proxy")
INPUT = text("input", "input", "images that the score read; blank: none")
CORRELATIONS = (
    PROXY,
    number("tau", "tau", "Kendall's tau-b"),
    interval("tau_low", "tau_high"),
    number("place", "place", "1 + number of scores that are significantly better", "d"),
    number("rho", "rho", "Spearman's rank correlation"),
    number("r", "r", "Pearson's correlation of finite scores"),
    number("n", "n", "architectures with a score and a target", "d"),
    number("missing", "missing", "architectures with a target but no score", "d"),
    number("-inf", "minus_inf", "architectures that score -inf, the lowest", "d"),
    number("seconds", "seconds", "mean time for an architecture: passes that the score reads, and its formula", ".2g"),
    INPUT,
)
PAIRS = (
    text("other", "other"),
    number("difference", "difference", "tau of the subject less that of the other", "+z.3f"),
    interval("low", "high"),
    number("p", "p", "two-sided", ".2g"),
    number("p, Holm", "p_holm", "corrected for the number of pairs", ".2g"),
    number("tau between", "tau_between", "tau of one score with the other"),
    number("n", "n", "architectures with both scores and the target", "d"),
    INPUT,
)
SIZE = (
    PROXY,
    number("tau with params", "tau_params", "tau of the score with the number of parameters"),
    number("difference", "excess_params", "tau of the score with params less tau of the target with params", "+z.3f"),
    interval("excess_params_low", "excess_params_high"),
    number("partial tau", "tau_partial_params", "Kendall's partial tau with the target, given params"),
    number("tau at equal live params", "tau_equal_live_params", "over pairs with as many live parameters as one another"),
    interval("tau_equal_live_params_low", "tau_equal_live_params_high"),
    INPUT,
)
SEARCH = (
    PROXY,
    number("tau, top 10 %", "tau_top10", "among the tenth with the highest accuracies"),
    number("precision, 10 %", "precision_top10", "share of the top tenth by score that is in the top tenth by accuracy"),
    number("precision, 1 %", "precision_top1", "the same for the top hundredth"),
    number("regret at 1", "regret_1", "points of accuracy below the best, training the highest score", "z.2f"),
    number("regret at 10", "regret_10", "training the 10 highest", "z.2f"),
    number("regret at 100", "regret_100", "training the 100 highest", "z.2f"),
    INPUT,
)
CEILINGS = (
    text("between", "what"),
    text("one", "one"),
    text("other", "other"),
    number("tau", "tau"),
    interval("tau_low", "tau_high"),
    number("n", "n", "", "d"),
)
SEEDS = (
    PROXY,
    number("tau", "tau", "of the mean rank over seeds"),
    number("mean of seeds", "tau_seeds_mean"),
    number("deviation", "tau_seeds_sd", "standard deviation of the taus of single seeds"),
    INPUT,
)
