"""What fitted scores come to, in words."""

from __future__ import annotations

import pandas as pd

from harness.fitting.judging import ENOUGH, FITTED, SIZE, TUNED
from harness.reporting.phrases import interval_text, listed, records, signed, tau_of
from harness.reporting.tuned import tuned_sentences


def sentences(judged: pd.DataFrame) -> list[str]:
    """Return in words what fitted scores reach, beside training-free ones on the same networks."""
    fitted, others = (judged[(judged["kind"] == FITTED) == one] for one in (True, False))
    prior = others["kind"] == TUNED
    free = others if prior.all() else others[~prior]
    best, sizes = free.iloc[0], free[free["kind"] == SIZE]
    said = [_against(str(name), rows) for name, rows in fitted.groupby("score", sort=False)]
    opening = (
        f"Training-free, {best['score']} is the strongest of {len(free)} scores on the networks "
        f"that were held out, with a tau of {tau_of(best)}"
    )
    if len(sizes) and best["kind"] != SIZE:
        opening += f"; of the sizes it is {sizes.iloc[0]['score']} with {tau_of(sizes.iloc[0])}"
    names = ", ".join(str(name) for name in fitted["score"].unique())
    marked = (
        f"Fitted scores ({names}) have seen the accuracies of as many trained networks as are "
        "named: they are no training-free scores. All other scores are training-free"
        f"{', but for those with a tuned prior' if prior.any() else ''}."
    )
    draws = int(judged["draws"].iloc[0])
    blank = (
        f"Fitted scores have no intervals: these need {ENOUGH} draws or more (--draws), and there "
        f"{'is' if draws == 1 else 'are'} {draws}."
    )
    return [
        marked,
        *tuned_sentences(others["score"]),
        *said,
        f"{opening}.",
        *([blank] if draws < ENOUGH else []),
    ]


def from_networks(rows: pd.DataFrame) -> int | None:
    """Return how many trained networks a fitted score needs to be above the strongest training-free
    one significantly, with these and with more; None where it never is.
    """
    needed = None
    for row in records(rows.sort_values("networks", ascending=False)):
        if not row["low"] > 0:
            break
        needed = int(row["networks"])
    return needed


def _against(name: str, rows: pd.DataFrame) -> str:
    taus = listed(f"{row['networks']:,}: {tau_of(row)}" for row in records(rows))
    needed, against = from_networks(rows), rows["against"].iloc[0]
    most = rows.sort_values("networks").iloc[-1]
    if pd.isna(most["low"]):
        verdict = (
            f"with {most['networks']:,} the difference from {against} is "
            f"{signed(most['difference'])}"
        )
    elif needed is None:
        ends = interval_text(most["low"], most["high"])
        verdict = (
            f"it is not significantly above {against}: with {most['networks']:,} the difference is "
            f"{signed(most['difference'])} (95 % interval: {ends})"
        )
    else:
        verdict = f"from {needed:,} on it is significantly above {against}"
    return f"{name}, by the number of trained networks it was fitted to: {taus}; {verdict}."
