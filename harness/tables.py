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


def number(heading: str, key: str, meaning: str = "", style: str = ".3f") -> Column:
    """Return a column of numbers, blank where unknown."""

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


ALONE = "sampling error of the architectures; blank where the sample shows no variation"
TOGETHER = "simultaneous: all of the family hold together in 95 of 100 samples; blank where the sample shows no variation"


def interval(low: str, high: str, meaning: str = ALONE) -> Column:
    """Return a column of 95 % intervals, whose ends are in two columns of the frame."""

    def cell(row: Mapping[str, Any]) -> Cell:
        return Cell(interval_text(row[low], row[high]), -math.inf if pd.isna(row[low]) else float(row[low]))

    return Column("95 % interval", meaning, cell)


def measured(heading: str, key: str, meaning: str = "", style: str = ".2f") -> Column:
    """Return a column of numbers with their intervals, whose ends are in the columns *key* ``_low`` and ``_high``."""

    def cell(row: Mapping[str, Any]) -> Cell:
        if pd.isna(row[key]):
            return Cell("", -math.inf)
        value, low, high = (format(row[f"{key}{end}"], style) for end in ("", "_low", "_high"))
        return Cell(value if pd.isna(row[f"{key}_low"]) else f"{value} ({low} to {high})", float(row[key]))

    return Column(heading, meaning, cell)


def fill(rows: pd.DataFrame, columns: Sequence[Column]) -> Table:
    """Return a table with a row for each of the frame."""
    cells = [
        [column.cell({str(key): value for key, value in row.items()}) for column in columns] for row in rows.to_dict("records")
    ]
    return Table([(column.heading, column.meaning) for column in columns], cells)


CORRELATIONS_TEXT = (
    "Scores rank by their mean rank over seeds. Group: scores that share a letter do not differ significantly (compact letter "
    "display of all comparisons of two). Accuracies after a short training, where the table has them, are in no group."
)
PAIRS_TEXT = (
    "Differences of tau on the same architectures. Intervals and p values are corrected for all comparisons of the family in one "
    "procedure: an interval excludes 0 exactly where p, family, is below .05. Identical rankings count as one."
)
DECLARED_TEXT = " The family is that of these comparisons, which were declared when the run or report was started (--against)."
SIZE_TEXT = (
    "How far a score says more than how large a network is. Difference: tau with params less the target's own tau with params; "
    "above 0 the score follows size more than the target does. Intervals are simultaneous for all rows of the table."
)
POPULATIONS_TEXT = (
    "The same scores among fewer architectures: connected has those with a path from input to output, unique one of each class of "
    "isomorphic ones, that of the lowest index. Scores that combine ranks keep those that they have in the run's population."
)
SEARCH_TEXT = (
    "What a search would gain. Ties are broken by lot: values are means over all orders of the tied. In brackets are 95 % "
    "intervals of the sampling error; there is none where too few architectures are among the top, and none for regret, which "
    "hangs on single architectures. The last row is what random orders reach: the expectation, and in brackets the range that "
    "95 % of them are in. Regret at k: what is lost by training only the k highest; where k is a large part of the architectures, "
    "random orders lose little too. Gain: normalised discounted cumulative gain; a point of accuracy more counts twice as much."
)
CEILINGS_TEXT = (
    "How well trained accuracies agree with one another on the same architectures. A score's tau with a single training run can "
    "hardly be above that of two runs; with the mean over runs, whose noise is smaller, it can. Fewer epochs: a little training."
)
SEEDS_TEXT = "Tau of each seed alone, and of the mean rank over seeds."

PROXY = text("proxy", "proxy")
CORRELATIONS = (
    PROXY,
    number("tau", "tau", "Kendall's tau-b"),
    interval("tau_low", "tau_high"),
    text("group", "group", "scores that share a letter do not differ significantly"),
    number("rho", "rho", "Spearman's rank correlation"),
    number("r", "r", "Pearson's correlation of finite scores"),
    number("n of r", "r_n", "architectures with a finite score and a target", "d"),
    number("n", "n", "architectures with a score and a target", "d"),
    number("missing", "missing", "architectures with a target but no score", "d"),
    number("-inf", "minus_inf", "architectures that score -inf, the lowest", "d"),
    number("seconds", "seconds", "mean time for an architecture: passes that the score reads, and its formula", ".2g"),
)
PAIRS = (
    text("score", "other"),
    number("difference", "difference", "of the two taus, as the title has them", "+.3f"),
    interval("low", "high", TOGETHER),
    number("p", "p", "two-sided, of this comparison alone", ".2g"),
    number("p, family", "p_family", "corrected for all comparisons of the family", ".2g"),
    number("tau between", "tau_between", "tau of one score with the other"),
    number("n", "n", "architectures with both scores and the target", "d"),
)
SIZE = (
    PROXY,
    number("tau with params", "tau_params", "tau of the score with the number of parameters"),
    number("difference", "excess_params", "tau of the score with params less tau of the target with params", "+.3f"),
    interval("excess_params_low", "excess_params_high", TOGETHER),
    number("partial tau", "tau_partial_params", "Kendall's partial tau with the target, given params"),
    number("tau at equal live params", "tau_equal_live_params", "over pairs with as many live parameters as one another"),
    interval("tau_equal_live_params_low", "tau_equal_live_params_high", TOGETHER),
)
#: Metrics of search.csv: heading, meaning, and how their numbers are written.
SEARCH = {
    "tau_top10": ("tau, top {k}", "among the {k} with the highest accuracies ({share} of {n})", ".2f"),
    "precision_top10": (
        "precision, {k}",
        "share of the {k} highest by score that is in the {k} highest by accuracy ({share} of {n})",
        ".2f",
    ),
    "precision_top1": (
        "precision, {k}",
        "share of the {k} highest by score that is in the {k} highest by accuracy ({share} of {n})",
        ".2f",
    ),
    "ndcg": ("gain, {k}", "normalised discounted cumulative gain of the {k} highest by score ({share} of {n})", ".2f"),
    "regret_1": ("regret at {k} ({share})", "points of accuracy below the best, training the highest of {n}", ".2f"),
    "regret_10": ("regret at {k} ({share})", "training the {k} highest of {n}", ".2f"),
    "regret_100": ("regret at {k} ({share})", "training the {k} highest of {n}", ".2f"),
}
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
)
