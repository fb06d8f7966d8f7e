"""What the numbers of a run say, in words: a list of sentences that the reports begin with.

Every sentence is made of the numbers, and names its sample. Where something cannot be said, the sentence says why.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from harness.comparison import RUNS, SIGNIFICANT
from harness.results import Results
from proxies import TRIVIAL_BASELINES

#: The proxies that the subject of a report is compared with by name, where they were scored.
RIVALS = ("zeros", "synflow", "naswot", "params", "live_params")
#: From this many architectures on, the normal approximation behind intervals and p values is a good one.
ENOUGH = 30


def subject(results: Results) -> str:
    """Return the proxy that a report is about: ZEROS where it was scored, else the first that is no trivial baseline."""
    names = list(results.orders)
    return next((name for name in ["zeros", *names] if name in names and name not in TRIVIAL_BASELINES), names[0])


def headline(results: Results, target: str) -> list[str]:
    """Return the sentences about one target: the subject's tau, its rivals, size, populations, ceiling, and what is missing."""
    name = subject(results)
    row = _row(results.of(target), name)
    opening = _opening(results, target, row)
    if math.isnan(row["tau"]):
        return [opening]
    return [
        opening,
        *_rivals(results, target, name),
        *_best(results, target, name),
        *_size(target, row),
        *_populations(results, target, name),
        *_ceilings(results, target),
        *_gaps(results, target),
    ]


def across_targets(results: Results) -> list[str]:
    """Return one sentence on what the target changes, where there are several."""
    name = subject(results)
    if len(results.targets) < 2:
        return []
    taus = [f"{_tau(_row(results.of(target), name))} with {target}" for target in results.targets]
    return [f"Tau of {name} by target: {_listed(taus)}."]


def why_undefined(results: Results, target: str, proxy: str) -> str:
    """Return why a proxy has no tau with a target."""
    order, values = results.orders[proxy], results.accuracy(target)
    if values.notna().sum() == 0:
        return f"the table has no {target} of these architectures"
    if order.notna().sum() == 0:
        return "every score is missing"
    known = pd.DataFrame({"order": order, "values": values}).dropna()
    if len(known) < 2:
        return f"{len(known)} architecture has both a score and a {target}" if len(known) else "no architecture has both"
    return "all scores are tied" if known["order"].nunique() == 1 else f"all values of {target} are tied"


def _opening(results: Results, target: str, row: pd.Series) -> str:
    count, proxy = len(results.populations[results.population]), row["proxy"]
    sample = f"On {_architectures(count)} of {results.benchmark} (population {results.population})"
    if math.isnan(row["tau"]):
        return f"{sample}, Kendall's tau of {proxy} with {target} is undefined: {why_undefined(results, target, proxy)}."
    few = "" if row["n"] >= ENOUGH else f" With so few architectures (fewer than {ENOUGH}) intervals and p values are rough."
    return f"{sample}, Kendall's tau of {proxy} with {target} is {_tau(row)}.{few}"


def _rivals(results: Results, target: str, name: str) -> list[str]:
    found = [_against(results, target, name, rival) for rival in RIVALS if rival in results.orders and rival != name]
    return [f"{name} against {_listed(found)}." if found else f"Nothing to compare {name} with was scored."]


def _best(results: Results, target: str, name: str) -> list[str]:
    rows = results.of(target)
    ranked = rows[rows["proxy"].isin(list(results.orders))].dropna(subset="tau").sort_values("tau", ascending=False)
    first = str(ranked.iloc[0]["proxy"])
    tied = [str(proxy) for proxy in ranked[ranked["place"] == 1]["proxy"] if proxy != first]
    beside = f"; not significantly below it: {_listed(tied)}" if tied else ""
    place = int(_row(rows, name)["place"])
    own = (
        ""
        if name == first
        else f" {name} stands at place {place}: {place - 1} of {len(ranked) - 1} others are significantly better."
    )
    return [f"The highest tau is that of {first}, {_tau(_row(rows, first))}{beside}.{own}"]


def _against(results: Results, target: str, name: str, rival: str) -> str:
    """Return the difference of the subject's tau from a rival's, with its interval and whether it counts."""
    pairs = results.pairs[results.pairs["target"] == target]
    pair = pairs[((pairs["proxy"] == name) & (pairs["other"] == rival)) | ((pairs["proxy"] == rival) & (pairs["other"] == name))]
    row = pair.iloc[0]
    if math.isnan(row["difference"]):
        return f"{rival}: undefined"
    sign = 1 if row["proxy"] == name else -1
    low, high = sorted((sign * row["low"], sign * row["high"]))
    interval = "" if math.isnan(low) else f" ({_signed(low)} to {_signed(high)})"
    counts = "significant" if row["p_holm"] < SIGNIFICANT else "not significant"
    return f"{rival} ({_row(results.of(target), rival)['tau']:.3f}): {_signed(sign * row['difference'])}{interval}, {counts}"


def _size(target: str, row: pd.Series) -> list[str]:
    """Return what a score has to do with the size of networks: the question of parameter bias."""
    found, proxy = [], row["proxy"]
    if proxy != "params" and not math.isnan(row["excess_params"]):
        bound = row["excess_params_low"], row["excess_params_high"]
        verdict = _side(
            *bound,
            "follows the number of parameters more than",
            "follows the number of parameters less than",
            "is as close to the number of parameters as",
        )
        difference = f"{_signed(row['excess_params'])} ({_signed(bound[0])} to {_signed(bound[1])})"
        found.append(
            f"{proxy} {verdict} {target} itself: its tau with params is {row['tau_params']:.3f}, a difference of {difference}. "
            f"Given params, its partial tau with {target} is {row['tau_partial_params']:.3f}."
        )
    if proxy != "live_params" and not math.isnan(row["tau_equal_live_params_low"]):
        bound = row["tau_equal_live_params_low"], row["tau_equal_live_params_high"]
        verdict = _side(*bound, "still orders them rightly", "orders them wrongly", "orders them no better than chance")
        found.append(
            f"Among architectures with equally many live parameters {proxy} {verdict}: tau "
            f"{row['tau_equal_live_params']:.3f} ({bound[0]:.3f} to {bound[1]:.3f})."
        )
    return found


def _populations(results: Results, target: str, name: str) -> list[str]:
    rows = results.correlations
    rows = rows[(rows["target"] == target) & (rows["proxy"] == name) & (rows["population"] != results.population)]
    taus = [f"{_tau(row)} in population {row['population']} (n = {row['n']:,})" for row in _records(rows)]
    return [f"Tau of {name} is {_listed(taus)}."] if taus else []


def _ceilings(results: Results, target: str) -> list[str]:
    rows = results.ceilings[results.ceilings["target"] == target].dropna(subset="tau")
    if rows.empty:
        return [f"The table has no single runs, no other split and no shorter training of {target}, so no ceiling is known."]
    runs, others = rows[rows["what"] == RUNS], rows[rows["what"] != RUNS]
    found = [f"two training runs of the same architectures agree at tau {_listed(map(_tau, _records(runs)))}"] if len(runs) else []
    found += [f"{row['other']} agrees with {target} at tau {_tau(row)}" for row in _records(others)]
    return [f"Ceilings: {_listed(found)}."]


def _gaps(results: Results, target: str) -> list[str]:
    rows = results.of(target)
    found = {"Scores that are missing, and left out": "missing", "Scores of -inf, which count as the lowest": "minus_inf"}
    return [f"{what}: {counts}." for what, key in found.items() if (counts := _counts(rows, key))]


def _counts(rows: pd.DataFrame, key: str) -> str:
    """Return how many architectures each score has, those with equally many together."""
    by_count = rows[rows[key] > 0].groupby(key)["proxy"].agg(", ".join)
    return _listed(f"{count} of {proxies}" for count, proxies in by_count.items())


def _side(low: float, high: float, above: str, below: str, neither: str) -> str:
    return above if low > 0 else below if high < 0 else neither


def _row(rows: pd.DataFrame, proxy: str) -> pd.Series:
    return rows[rows["proxy"] == proxy].iloc[0]


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]


def _tau(row: pd.Series | dict[str, Any]) -> str:
    if math.isnan(row["tau"]):
        return "undefined"
    interval = "" if math.isnan(row["tau_low"]) else f" ({row['tau_low']:.3f} to {row['tau_high']:.3f})"
    return f"{row['tau']:.3f}{interval}"


def _signed(value: float) -> str:
    return f"{value:+.3f}"


def _architectures(count: int) -> str:
    return f"{count:,} architecture{'' if count == 1 else 's'}"


def _listed(parts: Iterable[str]) -> str:
    return "; ".join(parts)
