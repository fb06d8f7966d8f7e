"""Tables for papers: LaTeX tabulars in the style of the package booktabs."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from itertools import chain

from benchmarks_data.target import Target
from harness.analysis.results import Results
from harness.reporting import run_tables
from harness.reporting.phrases import architectures
from harness.reporting.sections import MAKERS, Topic, ranked_rows
from harness.reporting.tables import Table, fill

#: Characters that a line of a heading has at most.
LONG_HEADING = 20
#: What LaTeX reads as something else than itself.
SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    **{one: f"\\{one}" for one in "&%$#_"},
}
HEADINGS = {
    "tau": r"Kendall's $\tau_b$",
    "rho": r"Spearman's $\rho$",
    "difference": r"difference of $\tau_b$",
    "p, family": "$p$ (family)",
    "n": "$n$",
    "95 % interval": r"95\,\% interval",
}
CORRELATIONS = ("proxy", "tau", "95 % interval", "group", "rho", "n")
COMPARISONS = ("score", "difference", "95 % interval", "p, family", "n")
NAMES = ("proxy", "score")
UNKNOWN = "--"


def escaped(text: str) -> str:
    """Return text that LaTeX sets as it is written, in a line."""
    return "".join(SPECIAL.get(one, one) for one in " ".join(text.split()))


def intervals(census: bool) -> str:
    """Return what intervals are, in LaTeX: of a sample, or where all architectures are scored."""
    of = " of other classes of isomorphic architectures" if census else ""
    return rf"95\,\% intervals{of}"


def correlations_tex(results: Results) -> str:
    """Return the correlations of each target as a LaTeX tabular."""
    groups = [
        (
            escaped(Target.parse(target).label),
            fill(ranked_rows(results, target), run_tables.CORRELATIONS),
        )
        for target in results.targets
    ]
    caption = (
        f"Kendall's $\\tau_b$ of scores with {_targets(results)}, with "
        f"{intervals(results.is_census)}, {_sample(results)}."
    )
    return tabular(groups, CORRELATIONS, caption, "correlations")


def comparisons_tex(results: Results) -> str:
    """Return the comparisons that the report shows as a LaTeX tabular."""
    made = MAKERS[Topic.COMPARISONS]
    sections = [made(results, name, ranked_rows(results, name)) for name in results.targets]
    groups = [
        (f"{escaped(Target.parse(target).label)}: {escaped(section.title)}", section.table)
        for target, section in zip(results.targets, sections, strict=True)
        if section.table
    ]
    caption = (
        f"Differences of Kendall's $\\tau_b$ with {_targets(results)}, with "
        f"{intervals(results.is_census)} that hold together, {_sample(results)}."
    )
    return tabular(groups, COMPARISONS, caption, "comparisons")


def _heading(text: str) -> str:
    """Return a heading in LaTeX, in several lines where it is long."""
    lines = [escaped(line) for line in textwrap.wrap(text, LONG_HEADING)]
    stacked = r" \\ ".join(lines)
    return rf"\shortstack[r]{{{stacked}}}" if len(lines) > 1 else escaped(text)


def tabular(
    groups: Sequence[tuple[str, Table]], columns: Sequence[str], caption: str, label: str
) -> str:
    """Return tables with the same headings as one tabular.

    Args:
        groups: a line above the rows, in LaTeX, empty for none, and the rows of a table.
        columns: the headings of the columns that are shown; those that are blank in all rows are
            left out.
        caption: in LaTeX, for a comment.
        label: after ``tab:``, for a comment.
    """
    picked = [[_picked(row, table, columns) for row in table.rows] for _, table in groups]
    rows = list(chain.from_iterable(picked))
    shown = [at for at, name in enumerate(columns) if not at or any(row[at] for row in rows)]
    bodies = []
    for (title, _), part in zip(groups, picked, strict=True):
        lines = [" & ".join(_cell(row[at], columns[at]) for at in shown) for row in part]
        if part:
            above = rf"\multicolumn{{{len(shown)}}}{{l}}{{\textit{{{title}}}}}"
            bodies.append([above, *lines] if title else lines)
    heading = " & ".join(HEADINGS.get(columns[at], _heading(columns[at])) for at in shown)
    body = "\n\\midrule\n".join(
        "".join(f"{line} \\\\\n" for line in one).rstrip() for one in bodies
    )
    return "\n".join(
        [
            r"% \usepackage{booktabs} and \usepackage[T1]{fontenc} in the preamble; in a table:",
            rf"% \caption{{{caption}}}",
            rf"% \label{{tab:{label}}}",
            rf"\begin{{tabular}}{{l{'r' * (len(shown) - 1)}}}",
            r"\toprule",
            rf"{heading} \\",
            r"\midrule",
            *([body] if body else []),
            r"\bottomrule",
            r"\end{tabular}",
            "",
        ]
    )


def _picked(row: Sequence[object], table: Table, columns: Sequence[str]) -> list[str]:
    """Return the texts of a row's cells under some headings, the first of each name."""
    headings = [heading for heading, _ in table.headings]
    return [getattr(row[headings.index(name)], "text") for name in columns]  # noqa: B009


def _cell(text: str, column: str) -> str:
    if column in NAMES:
        return rf"\texttt{{{escaped(text)}}}"
    powers = re.sub(r"(?<=\d)e([+-])0*(\d+)", _power, escaped(text))
    return re.sub(r"(?<!\{)-(?=\d|inf)", "$-$", powers) if text else UNKNOWN


def _power(match: re.Match[str]) -> str:
    """Return an exponent of ten as people write it."""
    sign = match[1].replace("+", "")
    return rf"$\times 10^{{{sign}{match[2]}}}$"


def _targets(results: Results) -> str:
    return "; ".join(escaped(Target.parse(target).label) for target in results.targets)


def _sample(results: Results) -> str:
    """Return which architectures were scored."""
    count = architectures(len(results.populations[results.population]))
    return escaped(f"{count} of {results.benchmark} (population {results.population})")
