"""What the numbers of a run say, in words: a list of sentences that the reports begin with.

Every sentence is made of the numbers, and names its sample. Where something cannot be said, the
sentence says why.
"""

from __future__ import annotations

import math

import pandas as pd

import benchmarks_data
from benchmarks_data.listed import ListedBenchmark
from benchmarks_data.target import Target
from harness.analysis.orders import inapplicable
from harness.analysis.results import Results
from harness.reporting.certainty_findings import ceiling_findings, gap_findings, seed_findings
from harness.reporting.comparison_findings import best_findings, declared_findings, rival_findings
from harness.reporting.part_findings import part_findings
from harness.reporting.phrases import (
    architectures,
    interval_text,
    listed,
    records,
    row_of,
    tau_of,
)
from harness.reporting.size_findings import size_findings

#: From this many architectures on, the normal approximation behind intervals and p values is a good
#: one.
ENOUGH = 30


def target_findings(results: Results, target: str) -> list[str]:
    """Return the sentences about one target.

    The subject's tau, its rivals, size, populations, ceiling, and what is missing.
    """
    name = results.subject
    row = row_of(results.of(target), name)
    opening = _opening(results, target, row)
    if math.isnan(row["tau"]):
        return [opening, *gap_findings(results, target)]
    return [
        opening,
        *_orientation(target),
        *_listing(results, target),
        *part_findings(results, target, name),
        *(
            declared_findings(results, target)
            if results.declared
            else rival_findings(results, target, name)
        ),
        *best_findings(results, target, name),
        *size_findings(results, target, row),
        *_populations(results, target, name),
        *ceiling_findings(results, target),
        *seed_findings(results, target, row),
        *gap_findings(results, target),
    ]


def _orientation(target: str) -> list[str]:
    """Return what numbers are about where less of a target is better."""
    if Target.parse(target).sign > 0:
        return []
    return [
        f"Less of {target} is better: all numbers are about its negative, so that a good score has "
        "a positive tau."
    ]


def across_targets(results: Results) -> list[str]:
    """Return one sentence on what the target changes, where there are several."""
    name = results.subject
    if len(results.targets) < 2:
        return []
    taus = [
        f"{tau_of(row_of(results.of(target), name))} with {target}" for target in results.targets
    ]
    return [f"Tau of {name} by target: {listed(taus)}."]


def about(results: Results) -> list[str]:
    """Return the sentence that says why the subject is not the proxy that was named first; none
    where it is.
    """
    names = results.passed_over
    if not names:
        return []
    verb = "is" if len(names) == 1 else "are"
    return [
        f"The report is about {results.subject}: {', '.join(names)}, named before it, {verb} not "
        "applicable to these networks."
    ]


def why_undefined(results: Results, target: str, proxy: str) -> str:
    """Return why a proxy has no tau with a target."""
    order, values = results.orders[proxy], results.accuracy(target)
    if values.notna().sum() == 0:
        return f"the table has no {target} of these architectures"
    if reason := inapplicable(results.scores).get(proxy):
        return f"it is not applicable: {reason}"
    if order.notna().sum() == 0:
        return "every score is missing"
    known = pd.DataFrame({"order": order, "values": values}).dropna()
    if len(known) < 2:
        return (
            f"{len(known)} architecture has both a score and a {target}"
            if len(known)
            else "no architecture has both"
        )
    return (
        "all scores are tied"
        if known["order"].nunique() == 1
        else f"all values of {target} are tied"
    )


def _opening(results: Results, target: str, row: pd.Series) -> str:
    count, proxy = len(results.populations[results.population]), row["proxy"]
    sample = f"On {architectures(count)} of {results.benchmark} (population {results.population})"
    if 1 < row["n"] < count:
        sample += f", {row['n']} of them with both a score and a {target}"
    if math.isnan(row["tau"]):
        return (
            f"{sample}, Kendall's tau of {proxy} with {target} is undefined: "
            f"{why_undefined(results, target, proxy)}."
        )
    if results.is_census:
        return (
            f"{sample}, Kendall's tau of {proxy} with {target} is {row['tau']:.3f}. "
            f"{_census(results, row)}"
        )
    few = (
        ""
        if row["n"] >= ENOUGH
        else f" With so few architectures (fewer than {ENOUGH}) intervals and p values are rough."
    )
    interval = (
        ""
        if math.isnan(row["tau_low"])
        else f" (95 % interval {interval_text(row['tau_low'], row['tau_high'])})"
    )
    return f"{sample}, Kendall's tau of {proxy} with {target} is {row['tau']:.3f}{interval}.{few}"


def _census(results: Results, row: pd.Series) -> str:
    """Return what intervals mean where all architectures are scored."""
    classes = results.units.classes.nunique()
    interval = (
        ""
        if math.isnan(row["tau_low"])
        else f" ({interval_text(row['tau_low'], row['tau_high'])} for this tau)"
    )
    return (
        "All of the population are scored: no number has an error of drawing, and there are no p "
        "values. Intervals say how far a "
        "number would vary for other classes of isomorphic architectures like these "
        f"{classes:,}{interval}."
    )


def _listing(results: Results, target: str) -> list[str]:
    """Return what the table leaves out: a sample of the rest is no sample of the benchmark, nor is
    a list one of its space.
    """
    benchmark = benchmarks_data.get(results.benchmark)
    size, count = benchmark.size, len(results.table.known([target]))
    sample: list[str] = []
    if isinstance(benchmark, ListedBenchmark):
        sample = [
            f"{benchmark.name} is a list of {size:,} trained architectures: a sample of their "
            "space, which may not be uniform."
        ]
    if count == size:
        return sample
    return [
        *sample,
        f"The table lists {count:,} of {size:,} architectures with their {target}; the result is "
        "about those, which may be no "
        "uniform sample of all.",
    ]


def _populations(results: Results, target: str, name: str) -> list[str]:
    rows = results.correlations
    rows = rows[
        (rows["target"] == target)
        & (rows["proxy"] == name)
        & (rows["population"] != results.population)
    ]
    taus = [
        f"{tau_of(row)} in population {row['population']} (n = {row['n']:,})"
        for row in records(rows)
    ]
    return [f"Tau of {name} is {listed(taus)}."] if taus else []
