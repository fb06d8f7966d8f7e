"""The sentences of a report on how scores compare with the subject, a declared one, the best."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from harness.analysis.contrasts import DECLARED, PAIRS
from harness.analysis.families import SIGNIFICANT
from harness.analysis.results import Results
from harness.reporting.phrases import (
    listed,
    records,
    row_of,
    signed,
    tau_of,
)

#: The proxies that the subject of a report is compared with by name, where they were scored.
RIVALS = ("zeros", "synflow", "naswot", "params", "live_params")


def rival_findings(results: Results, target: str, name: str) -> list[str]:
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


def declared_findings(results: Results, target: str) -> list[str]:
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
    return f"{text}: {_difference(row)}{sample}{'' if results.is_census else f', {counts_as(row)}'}"


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


def counts_as(comparison: Mapping[str, float]) -> str:
    """Return what a difference is taken for in its family, in words."""
    if math.isnan(comparison["p_family"]):
        return "which the sample cannot test, as it shows no variation"
    return "significant" if _significant(comparison) else "not significant"


def best_findings(results: Results, target: str, name: str) -> list[str]:
    """Return which score has the highest tau, which cannot be told from it, and where the subject
    stands. Scores of fewer than half of the architectures that any has a score of, and that are not
    the subject, do not count.
    """
    rows = results.of(target)
    counts = (rows["n"] >= rows["n"].max() / 2) | (rows["proxy"] == name)
    ranked = (
        rows[rows["proxy"].isin(list(results.orders)) & counts]
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
    text = f"The highest tau is that of {same[first]}, {tau_of(row_of(rows, first))}"
    text += f"; no significant difference from it: {listed(level)}" if level else ""
    text += f"; significantly better where both have a score: {listed(above)}" if above else ""
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
    return [f"{text}.{own}{uneven}"]
