"""What the numbers of a run say, in words: a list of sentences that the reports begin with.

Every sentence is made of the numbers, and names its sample. Where something cannot be said, the
sentence says why.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

import benchmarks_data
from harness.analysis.comparison import RUNS, SHORT, SPLIT, TRUTH
from harness.analysis.contrasts import DECLARED, PAIRS
from harness.analysis.families import SIGNIFICANT
from harness.analysis.results import Results
from harness.reporting.phrases import (
    architectures,
    interval_text,
    listed,
    records,
    row_of,
    signed,
    tau_of,
)
from harness.reporting.size_findings import size_findings
from proxies import TRIVIAL_BASELINES

#: The proxies that the subject of a report is compared with by name, where they were scored.
RIVALS = ("zeros", "synflow", "naswot", "params", "live_params")
#: From this many architectures on, the normal approximation behind intervals and p values is a good
#: one.
ENOUGH = 30


def subject(results: Results) -> str:
    """Return the proxy that a report is about.

    ZEROS where it was scored, else the first that is no trivial baseline.
    """
    names = list(results.orders)
    return next(
        (name for name in ["zeros", *names] if name in names and name not in TRIVIAL_BASELINES),
        names[0],
    )


def headline(results: Results, target: str) -> list[str]:
    """Return the sentences about one target.

    The subject's tau, its rivals, size, populations, ceiling, and what is missing.
    """
    name = subject(results)
    row = row_of(results.of(target), name)
    opening = _opening(results, target, row)
    if math.isnan(row["tau"]):
        return [opening]
    return [
        opening,
        *_listing(results, target),
        *(declared(results, target) if results.declared else _rivals(results, target, name)),
        *_best(results, target, name),
        *size_findings(results, target, row),
        *_populations(results, target, name),
        *_ceilings(results, target),
        *_seeds(results, target, row),
        *_gaps(results, target),
    ]


def across_targets(results: Results) -> list[str]:
    """Return one sentence on what the target changes, where there are several."""
    name = subject(results)
    if len(results.targets) < 2:
        return []
    taus = [
        f"{tau_of(row_of(results.of(target), name))} with {target}" for target in results.targets
    ]
    return [f"Tau of {name} by target: {listed(taus)}."]


def why_undefined(results: Results, target: str, proxy: str) -> str:
    """Return why a proxy has no tau with a target."""
    order, values = results.orders[proxy], results.accuracy(target)
    if values.notna().sum() == 0:
        return f"the table has no {target} of these architectures"
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
    """Return what the table leaves out: a sample of the rest is no sample of the benchmark."""
    size, count = benchmarks_data.get(results.benchmark).size, len(results.table.known([target]))
    if count == size:
        return []
    return [
        f"The table lists {count:,} of {size:,} architectures with their {target}; the result is "
        "about those, which may be no "
        "uniform sample of all."
    ]


def _rivals(results: Results, target: str, name: str) -> list[str]:
    same = results.same(target)
    rivals = {
        same[rival]: rival
        for rival in reversed(RIVALS)
        if rival in results.orders and same[rival] != same[name]
    }
    if not rivals:
        return [f"Nothing to compare {name} with was scored."]
    shown = [_against(results, target, name, rival) for rival in reversed(rivals.values())]
    return [f"{name} against {listed(shown)}.{_family(results, target)}"]


def declared(results: Results, target: str) -> list[str]:
    """Return how each score compares with the declared one, those that are significantly better
    first.
    """
    name, same = str(results.declared), results.same(target)
    pairs = results.each_against(target, name).sort_values("difference", ascending=False)
    rows = {same[row["proxy"]]: row for row in records(pairs) if same[row["proxy"]] != same[name]}

    def shown(keep: Callable[[dict[str, Any]], bool]) -> str:
        return (
            listed(f"{label} {_difference(row)}" for label, row in rows.items() if keep(row))
            or "none"
        )

    opening = (
        f"Declared comparison, each score against {same[name]} "
        f"({row_of(results.of(target), name)['tau']:.3f})"
    )
    if results.is_census:
        return [f"{opening}: {shown(lambda _: True)}.{_family(results, target)}"]
    return [
        f"{opening}. "
        f"Significantly better: {shown(lambda row: _significant(row) and row['difference'] > 0)}. "
        f"Significantly worse: {shown(lambda row: _significant(row) and row['difference'] < 0)}. "
        f"Neither: {shown(lambda row: not _significant(row))}.{_family(results, target)}"
    ]


def _family(results: Results, target: str) -> str:
    """Return what the intervals of differences are corrected for.

    Nothing where no difference has one.
    """
    families = (
        results.pairs[results.pairs["target"] == target].groupby("family")["comparisons"].first()
    )
    pairs, declared = int(families.get(PAIRS, 0)), int(families.get(DECLARED, 0))
    if not pairs + declared:
        return ""
    what = (
        f"these {declared} comparisons; the other {pairs} are a second family"
        if declared
        else f"all {pairs} comparisons of two"
    )
    if results.is_census:
        return (
            " (Differences, with 95 % intervals for other classes like these, which hold "
            f"together for {what}.)"
        )
    return (
        f" (Differences with 95 % intervals that hold together for {what}; significant is "
        "what excludes 0.)"
    )


def _against(results: Results, target: str, name: str, rival: str) -> str:
    """Return the difference of the subject's tau from a rival's, with its interval and whether it
    counts.
    """
    (row,) = records(results.against(target, name).query("other == @rival"))
    text = f"{results.same(target)[rival]} ({row_of(results.of(target), rival)['tau']:.3f})"
    if math.isnan(row["difference"]):
        return f"{text}: {_difference(row)}"
    known = {int(row_of(results.of(target), proxy)["n"]) for proxy in (name, rival)}
    sample = (
        "" if known == {row["n"]} else f" on the {row['n']:,} architectures where both are known"
    )
    return (
        f"{text}: {_difference(row)}{sample}{'' if results.is_census else f', {_counts_as(row)}'}"
    )


def _difference(row: Mapping[str, float]) -> str:
    if math.isnan(row["difference"]):
        return "undefined"
    interval = "" if math.isnan(row["low"]) else f" ({signed(row['low'])} to {signed(row['high'])})"
    return f"{signed(row['difference'])}{interval}"


def _significant(comparison: Mapping[str, float]) -> bool:
    """Return whether a difference is significant in its family: its interval excludes 0."""
    return comparison["p_family"] < SIGNIFICANT


def _beats(row: Mapping[str, float]) -> bool:
    """Return whether the other score of a comparison is significantly better."""
    return _significant(row) and row["difference"] < 0


def _counts_as(comparison: Mapping[str, float]) -> str:
    if math.isnan(comparison["p_family"]):
        return "which the sample cannot test, as it shows no variation"
    return "significant" if _significant(comparison) else "not significant"


def _best(results: Results, target: str, name: str) -> list[str]:
    """Return which score has the highest tau, which cannot be told from it, and where the subject
    stands.
    """
    rows = results.of(target)
    ranked = (
        rows[rows["proxy"].isin(list(results.orders))]
        .dropna(subset="tau")
        .sort_values("tau", ascending=False)
    )
    first, *others = map(str, ranked["proxy"])
    same = results.same(target)
    others = [
        label for label in dict.fromkeys(same[other] for other in others) if label != same[first]
    ]
    if results.is_census:  # nothing is to be inferred: the order of the taus
        place = [same[first], *others].index(same[name])
        own = f" {name} is number {place + 1} of {len(others) + 1} by its tau." if place else ""
        return [f"The highest tau is that of {same[first]}, {tau_of(row_of(rows, first))}.{own}"]
    against = {same[row["other"]]: row for row in records(results.against(target, first))}
    level = [other for other in others if not _significant(against[other])]
    above = [other for other in others if _beats(against[other])]
    found = f"The highest tau is that of {same[first]}, {tau_of(row_of(rows, first))}"
    found += f"; no significant difference from it: {listed(level)}" if level else ""
    found += f"; significantly better where both have a score: {listed(above)}" if above else ""
    rivals = {same[row["other"]]: row for row in records(results.against(target, name))}
    better = [
        other for other in (same[first], *others) if other in rivals and _beats(rivals[other])
    ]
    own = (
        f" Significantly better than {name}: {len(better)} of the {len(others)} others."
        if same[name] != same[first]
        else ""
    )
    uneven = (
        ""
        if ranked["n"].nunique() == 1
        else " Not all scores are known for the same architectures; differences are on those of "
        "both."
    )
    return [f"{found}.{own}{uneven}"]


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


def _ceilings(results: Results, target: str) -> list[str]:
    rows = results.ceilings[results.ceilings["target"] == target].dropna(subset="tau")
    if rows.empty:
        return [
            f"The table has no single runs, no other split and no shorter training of {target}: "
            "how noisy it is, is not known."
        ]
    truth = [tau_of(row) for row in records(rows[rows["what"] == TRUTH])]
    found = [
        f"A score without noise, the true expected accuracy, would have tau {tau} with {target} "
        "(estimated)."
        for tau in truth
    ]
    if taus := [f"{tau_of(row)}, n = {row['n']:,}" for row in records(rows[rows["what"] == RUNS])]:
        found.append(f"Two training runs of the same architectures agree at tau {listed(taus)}.")
    for what, text in ((SPLIT, "on another split"), (SHORT, "after fewer epochs")):
        if taus := [
            f"{row['other']} {tau_of(row)}, n = {row['n']:,}"
            for row in records(rows[rows["what"] == what])
        ]:
            found.append(f"Tau of {target} with the accuracy {text}: {listed(taus)}.")
    return found


def _seeds(results: Results, target: str, row: pd.Series) -> list[str]:
    """Return how far tau moves with other seeds, and whose intervals do not say it."""
    rows = results.of(target)
    rows = rows[rows["proxy"].isin(list(results.orders)) & rows["tau"].notna()]
    found, proxy = [], row["proxy"]
    if not math.isnan(row["tau_low_all"]) and row["seeds"] > 1:
        what = (
            "other seeds of the same architectures"
            if results.is_census
            else "other seeds as well as other architectures"
        )
        found.append(
            f"For {what} the interval of tau of {proxy} is "
            f"{interval_text(row['tau_low_all'], row['tau_high_all'])}."
        )
    known = rows["tau_low_all"].notna() | (rows["sd_seeds"] == 0)
    if unknown := list(rows["proxy"][~known]):
        found.append(
            "Not told by this run: how far tau would move with other weights and other batches. "
            "No interval includes it for "
            f"{', '.join(unknown)}; several --seeds tell it (and --batches what is due to which)."
        )
    return found


def _gaps(results: Results, target: str) -> list[str]:
    rows = results.of(target)
    rows = rows[rows["proxy"].isin(list(results.orders))]
    found = {
        "Scores that are missing, and left out": "missing",
        "Scores of -inf, which count as the lowest": "minus_inf",
    }
    return [f"{what}: {counts}." for what, key in found.items() if (counts := _numbers(rows, key))]


def _numbers(rows: pd.DataFrame, key: str) -> str:
    """Return how many architectures each score has, those with equally many together."""
    by_count = rows[rows[key] > 0].groupby(key)["proxy"].agg(", ".join)
    return listed(
        f"{count} each of {proxies}" if ", " in proxies else f"{count} of {proxies}"
        for count, proxies in by_count.items()
    )
