"""What searches by proxy come to, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from benchmarks_data.target import Target
from harness.reporting.phrases import architectures
from harness.reporting.tuned import tuned_sentences
from harness.search_methods.by_proxy.curves import SCORED
from harness.search_methods.by_proxy.searching import Outcome, Setting


def findings(
    setting: Setting, outcome: Outcome, curve: pd.DataFrame, points: pd.DataFrame
) -> list[str]:
    """Return what was found, the verdict first.

    Args:
        setting: what was searched for.
        outcome: what it came to.
        curve: of :func:`harness.search_methods.by_proxy.curves.curve_of`.
        points: of :func:`harness.search_methods.by_proxy.curves.needed_rows`.
    """
    return [
        _verdict(setting, points.iloc[-1]),
        *_highest(setting, curve, points),
        _optimum(setting, outcome),
        *_limits(setting),
        *_missing(outcome),
        *_evolved(outcome),
        f"The best is chosen by {setting.target} itself, in the searches as in random search.",
        *tuned_sentences([setting.request.name] if setting.request else []),
    ]


def _verdict(setting: Setting, last: pd.Series) -> str:
    searches = "one search" if setting.seeds == 1 else f"the mean of {setting.seeds} searches"
    trained = f"with {architectures(int(last['trained']))} trained"
    reached = f"{_value(setting, last['mean'])} ({Target.parse(setting.target).label})"
    if setting.request is None:
        return (
            f"Random search reaches {reached} {trained} ({searches}; expected: "
            f"{_value(setting, last['random'])})."
        )
    return (
        f"Search by {setting.request.name} ({setting.method.name}) reaches {reached} {trained} and "
        f"{int(last['scored']):,} scored ({searches}); random search needs "
        f"{int(last['needed']):,} trained to expect as much."
    )


def _highest(setting: Setting, curve: pd.DataFrame, points: pd.DataFrame) -> Iterator[str]:
    """Yield what the highest score alone comes to."""
    first = points.iloc[0]
    if (curve["by"] == SCORED).any() and len(points) > 1:
        yield (
            f"The highest score alone, one architecture trained: {_value(setting, first['mean'])}; "
            f"random search needs {int(first['needed']):,} trained to expect as much."
        )


def _optimum(setting: Setting, outcome: Outcome) -> str:
    limits = " within the limits" if setting.at_most or setting.at_least else ""
    return (
        f"The optimum of {architectures(len(outcome.candidates))}{limits} is "
        f"{_value(setting, outcome.accuracies.max())}."
    )


def _limits(setting: Setting) -> Iterator[str]:
    limits = [f"{name} at most {value:g}" for name, value in setting.at_most.items()]
    limits += [f"{name} at least {value:g}" for name, value in setting.at_least.items()]
    if limits:
        yield f"Limits: {', '.join(limits)}; what is beyond is neither scored nor trained."


def _missing(outcome: Outcome) -> Iterator[str]:
    for status, count in outcome.missing.items():
        yield f"{architectures(count)} without a score, ranked last: {status}."


def _evolved(outcome: Outcome) -> Iterator[str]:
    drawn = sum(one.drawn for one in outcome.courses)
    if drawn:
        yield (
            f"In all searches {drawn:,} children were drawn at random, as no neighbour of their "
            "parent may be searched."
        )
    stopped = sum(one.stopped for one in outcome.courses)
    if stopped:
        yield (
            f"{stopped} of {len(outcome.courses)} searches ended early, as evolution met nothing "
            "new any more."
        )


def _value(setting: Setting, value: float) -> str:
    unit = Target.parse(setting.target).unit
    return f"{value:.2f} {unit}" if unit else f"{value:.4g}"
