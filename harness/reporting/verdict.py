"""What a report opens with: one sentence and three numbers about its subject and a target."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pandas as pd

from benchmarks_data.target import Target
from harness.analysis.parts import BASELINE, LESS
from harness.analysis.results import Results
from harness.reporting.comparison_findings import counts_as
from harness.reporting.document import KeyNumber, Verdict
from harness.reporting.findings import ENOUGH, why_undefined
from harness.reporting.part_findings import WHOLE, Row, parted_by, weighted_row
from harness.reporting.phrases import architectures, percent, records, row_of, side, tau_of
from proxies import BASELINES

#: How many architectures a search trains, for the accuracy that it loses.
TRAINED = 10
WEIGHTED_TAU = "Weighted Kendall's tau"


def verdict(results: Results, target: str) -> Verdict:
    """Return what the scores of the subject are worth, and what that rests on.

    The numbers are its tau, its gain over the best trivial baseline, and the accuracy that training
    its highest architectures loses; where the last is unknown, or the target is no accuracy, its
    place among the scores. Of a sample whose parts are not those of the benchmark the tau is the
    weighted one, and the gain that over params (:mod:`harness.analysis.parts`).
    """
    row = row_of(results.of(target), results.subject)
    if math.isnan(row["tau"]):
        reason = why_undefined(results, target, results.subject)
        sentence = f"Kendall's tau of {results.subject} with {target} is undefined: {reason}."
        return Verdict(sentence, [KeyNumber("Kendall's tau", "undefined", reason)])
    words, gain = _gain(results, target)
    weighted = None if results.is_census else weighted_row(results, target, results.subject)
    if weighted is None:
        sentence = f"{_has_tau(results, target, row)}; {words}."
    else:
        compared, gain = _weighted_gain(target, weighted, gain)
        by = f"weighted to the benchmark's architectures by {parted_by(results)}"
        if weighted["share"] < WHOLE:
            by += f" (its parts here are {percent(weighted['share'])} of it)"
        sentence = (
            f"{_has_tau(results, target, weighted, f'{by}, ')}{compared}. "
            f"In the sample as it is tau is {tau_of(row)}; {words}."
        )
    tau = _tau_number(results, row, weighted)
    return Verdict(sentence, [tau, gain, _regret(results, target) or _place(results, target)])


def _has_tau(results: Results, target: str, row: pd.Series | Row, how: str = "") -> str:
    """Return the beginning of the sentence: which tau the subject has on what, and *how*."""
    interval = _interval(results, row["tau_low"], row["tau_high"])
    in_brackets = f" ({interval})" if interval else ""
    less = "" if _sign(target) > 0 else ", of which less is better"
    if Target.parse(target).sign < 0:
        less = " (its negative, as less of it is better)"
    return (
        f"On {_sample(results, row['n'])}, {how}{results.subject} has Kendall's tau "
        f"{row['tau']:z.3f}{in_brackets} with {target}{less}"
    )


def _tau_number(results: Results, row: pd.Series | Row, weighted: Row | None) -> KeyNumber:
    """Return the tau as a number: the weighted one where there is one, with the other beside it."""
    label, shown = ("Kendall's tau", row) if weighted is None else (WEIGHTED_TAU, weighted)
    notes = [
        _interval(results, shown["tau_low"], shown["tau_high"]),
        f"n = {shown['n']:,}",
        "rough, as these are few" if shown["n"] < ENOUGH else "",
        "" if weighted is None else f"in the sample as it is {row['tau']:z.3f}",
    ]
    return KeyNumber(label, f"{shown['tau']:z.3f}", ", ".join(filter(None, notes)))


def _weighted_gain(target: str, row: Row, plain: KeyNumber) -> tuple[str, KeyNumber]:
    """Return how the weighted tau compares with that of params, in words and as a number.

    Nothing and the *plain* number, renamed, where that is unknown.
    """
    value, low, high = (row[name] for name in LESS)
    if math.isnan(low):
        return "", replace(plain, label=f"{plain.label}, in the sample as it is")
    if _sign(target) < 0:
        value, low, high = -value, -high, -low
    interval = f"95 % interval {low:+z.3f} to {high:+z.3f}"
    other = f"{BASELINE}, weighted alike: {value:+z.3f} ({interval})"
    compared = side(low, high, "it beats", "it falls behind", "no significant difference from")
    number = KeyNumber(f"{WEIGHTED_TAU}, gain over {BASELINE}", f"{value:+z.3f}", interval)
    return f"; {compared} {other}", number


def _sign(target: str) -> int:
    """Return 1 where a good score has a positive tau, else -1."""
    one = Target.parse(target)
    return 1 if one.higher_is_better or one.sign < 0 else -1


def _sample(results: Results, known: int) -> str:
    """Return what a tau of *known* architectures is about."""
    count = len(results.populations[results.population])
    few = "only " if known < ENOUGH else "all " if results.is_census and known == count else ""
    drawn = f"{known:,} of {architectures(count)}" if known < count else architectures(count)
    population = "" if results.population == "all" else f" (population {results.population})"
    return f"{few}{drawn} of {results.benchmark}{population}"


def _gain(results: Results, target: str) -> tuple[str, KeyNumber]:
    """Return how the subject compares with the best trivial baseline, in words and as a number."""
    baseline, same = _best_baseline(results, target), results.same(target)
    other = "other " if results.subject in BASELINES else ""
    best = f"the best {other}trivial baseline"
    if baseline is None:
        words = "no trivial baseline to compare it with has a tau"
        return words, KeyNumber(f"Gain over {best}", "unknown", "")
    if same[baseline] == same[results.subject]:
        return (
            f"it ranks exactly as {baseline} does, {best}",
            KeyNumber(f"Gain over {baseline}, {best}", "0", "the same ranking"),
        )
    label = f"Gain over {same[baseline]}, {best}"
    (pair,) = records(results.against(target, results.subject).query("other == @baseline"))
    if math.isnan(pair["difference"]):
        words = f"the difference from {same[baseline]}, {best}, is undefined"
        return words, KeyNumber(label, "undefined", f"n = {pair['n']:,}")
    if _sign(target) < 0:
        pair |= {"difference": -pair["difference"], "low": -pair["high"], "high": -pair["low"]}
    interval = _interval(results, pair["low"], pair["high"], "+z.3f", "simultaneous ")
    judged = "" if results.is_census else counts_as(pair)
    notes = ", ".join(filter(None, [interval, judged, f"n = {pair['n']:,}"]))
    return (
        _compared(results, pair, f"{same[baseline]}, {best}", interval),
        KeyNumber(label, f"{pair['difference']:+z.3f}", notes),
    )


def _compared(results: Results, pair: dict[str, Any], other: str, interval: str) -> str:
    """Return in words what a difference of the subject from the *other* score is taken for."""
    difference = f"{pair['difference']:+z.3f}" + (f" ({interval})" if interval else "")
    if pair["n"] < len(results.populations[results.population]):
        difference += f" on the {pair['n']:,} that have both scores"
    beats = f"it {'beats' if pair['difference'] > 0 else 'falls behind'} {other}: {difference}"
    if results.is_census or counts_as(pair) == "significant":
        return beats
    if counts_as(pair) == "not significant":
        return f"no significant difference from {other}: {difference}"
    return f"the difference from {other}, is {difference}, {counts_as(pair)}"


def _best_baseline(results: Results, target: str) -> str | None:
    """Return the trivial baseline that ranks best and is not the subject itself.

    It has a score of half of the architectures at least that any has one of: one that applies to
    two networks may rank these two perfectly.
    """
    rows = results.of(target).set_index("proxy")
    taus = _sign(target) * rows["tau"][rows["n"] >= rows["n"].max() / 2].dropna()
    rivals = [
        name
        for name in results.ranked(target)
        if name in BASELINES and name in taus and name != results.subject
    ]
    return max(rivals, key=lambda name: taus[name], default=None)


def _interval(
    results: Results, low: float, high: float, style: str = "z.3f", family: str = ""
) -> str:
    """Return a 95 % interval and what it is of; empty where it is undefined."""
    if math.isnan(low):
        return ""
    kind = "for other classes like these" if results.is_census else f"{family}95 % interval"
    return f"{kind} {low:{style}} to {high:{style}}"


def _regret(results: Results, target: str) -> KeyNumber | None:
    """Return the accuracy that training the highest architectures alone loses.

    None where it is unknown, or the target is no accuracy.
    """
    rows = results.search
    rows = rows[
        (rows["target"] == target)
        & (rows["proxy"] == results.subject)
        & (rows["metric"] == f"regret_{TRAINED}")
    ].dropna(subset="value")
    if rows.empty or not Target.parse(target).is_accuracy:
        return None
    row = rows.iloc[0]
    return KeyNumber(
        f"Accuracy lost by training the top {TRAINED}",
        f"{row['value']:.2f} points",
        f"below the best of {row['n']:,}; {TRAINED} at random lose {row['chance']:.2f} "
        f"(95 % of draws {row['chance_low']:.2f} to {row['chance_high']:.2f})",
    )


def _place(results: Results, target: str) -> KeyNumber:
    """Return the subject's place among the scores by tau; identical rankings have one."""
    same = results.same(target)
    known = results.of(target).dropna(subset="tau")
    known = known.sort_values("tau", ascending=_sign(target) < 0)
    first, *_ = places = list(
        dict.fromkeys(same[name] for name in known["proxy"] if name in results.orders)
    )
    return KeyNumber(
        "Place by tau",
        f"{places.index(same[results.subject]) + 1} of {len(places)}",
        f"the {'highest' if _sign(target) > 0 else 'lowest'} is {first}; identical rankings have "
        "one place",
    )
