"""What has changed since a baseline.

A verdict for each proxy, and summaries of them for pull requests and for CI.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

import proxies
from benchmarks_data.errors import InputError, unknown
from harness.analysis.statistics import Tau
from harness.regression.baseline import METRICS, Baseline
from harness.reporting.phrases import interval_text

#: What a score that depends on nothing but the architecture may move by: rounding of sums, and no
#: count.
DETERMINISTIC = 1e-12
#: Allowed change of a tau that has no interval, of nDCG, and of mean regret in points.
TAU_TOLERANCE = 0.01
UNDEFINED = Tau(math.nan, math.nan, math.nan)


@dataclass(frozen=True)
class Verdict:
    """What has become of a proxy.

    Attributes:
        proxy: its name.
        before: the baseline's tau with its interval; None for a new proxy.
        after: the tau now; None for one that has vanished, or is new.
        change: the largest change of a score, relative; NaN where none was compared.
        drifts: one line for each way in which it has drifted.
    """

    proxy: str
    before: Tau | None
    after: Tau | None
    change: float = math.nan
    drifts: list[str] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Whether the baseline does not have it."""
        return self.before is None

    @property
    def word(self) -> str:
        """The verdict in a word."""
        return (
            "new"
            if self.is_new
            else "vanished"
            if self.after is None
            else "drifted"
            if self.drifts
            else "holds"
        )


def known_requests(path: Path, baseline: Baseline) -> list[proxies.Request]:
    """Return the baseline's proxies that still exist.

    Raises:
        InputError: for a name that is not written in the one way.
    """
    proxies.registered()  # where they cannot be loaded, none of them is known
    known = []
    for name in baseline.taus:
        try:
            request = proxies.request(name)
        except InputError:
            continue
        if request.name != name:
            raise InputError(
                f"{path}: {name!r} is written {request.name!r}: make a baseline with --update"
            )
        known.append(request)
    if not known:
        raise InputError(
            f"{path}: none of its proxies is known: if they are a plugin's, name it with --plugin"
        )
    return known


def restricted(path: Path, baseline: Baseline, names: Sequence[str]) -> Baseline:
    """Return the part of a baseline that is about the proxies called *names*.

    Raises:
        InputError: the baseline does not have one of them.
    """
    chosen = set()
    for text in names:
        name = text if text in baseline.taus else proxies.request(text).name
        if name not in baseline.taus:
            raise unknown(f"proxy of the baseline {path}:", name, baseline.taus)
        chosen.add(name)
    return part_of(baseline, chosen)


def part_of(baseline: Baseline, names: Collection[str]) -> Baseline:
    """Return a baseline without the proxies that are not among *names*."""
    return replace(
        baseline,
        scores={key: value for key, value in baseline.scores.items() if key[0] in names},
        taus={name: tau for name, tau in baseline.taus.items() if name in names},
        metrics={key: value for key, value in baseline.metrics.items() if key[0] in names},
    )


def compare(
    expected: Baseline,
    measured: Baseline,
    every: Sequence[str],
    tolerance: float,
    *,
    same_seeds: bool = True,
) -> list[Verdict]:
    """Return a verdict for each proxy of the baseline, and for each of *every* that it does not
    have.

    A score drifts when it moves by more than *tolerance*, relative to the larger of its size and
    the proxy's median size (a median is needed where terms cancel to a score near 0); deterministic
    scores by hardly more than rounding. Under other seeds than the baseline's only they are
    compared. A tau drifts when it leaves the baseline's interval; under other seeds, when its own
    interval no longer meets that. Metrics of the top, which have no interval among few
    architectures, drift when they move by more than TAU_TOLERANCE; under other seeds, and where the
    baseline has none, they are not compared.
    """
    old = [_verdict(expected, measured, name, tolerance, same_seeds) for name in expected.taus]
    return old + [Verdict(name, None, None) for name in every if name not in expected.taus]


def _verdict(
    expected: Baseline, measured: Baseline, proxy: str, tolerance: float, same_seeds: bool
) -> Verdict:
    before = expected.taus[proxy]
    if proxy not in measured.taus:
        return Verdict(proxy, before, None, drifts=["vanished: there is no such proxy any more"])
    after = measured.taus[proxy]
    random = bool(proxies.request(proxy).needs)
    allowed = tolerance if random else min(tolerance, DETERMINISTIC)
    old = {key: value for key, value in expected.scores.items() if key[0] == proxy}
    pairs = {
        key: (value, measured.scores.get(key, math.nan))
        for key, value in old.items()
        if same_seeds or not random
    }
    sizes = [abs(value) for value in old.values() if math.isfinite(value)]
    floor = median(sizes) if sizes else 0.0
    distances = {key: distance(*pair, floor) for key, pair in pairs.items()}
    drifts = []
    if moved := [key for key, distance in distances.items() if distance > allowed]:
        worst = max(moved, key=distances.__getitem__)
        first, second = pairs[worst]
        reason = measured.reasons.get(worst, "no reason is known")
        now = f"missing ({reason})" if math.isnan(second) else repr(second)
        drifts.append(
            f"{len(moved)} of {len(pairs)} scores moved, most at index {worst[1]}, seed "
            f"{worst[2]}: from {first!r} to {now}"
        )
    if _tau_left(before, after, same_seeds=same_seeds or not random):
        interval = interval_text(before.low, before.high)
        within = f" ({interval})" if interval else ""
        one, other = (
            "undefined" if math.isnan(tau.value) else f"{tau.value:.4f}" for tau in (before, after)
        )
        drifts.append(f"tau with {expected.target} moved from {one}{within} to {other}")
    if same_seeds or not random:
        drifts += _moved_metrics(expected, measured, proxy)
    return Verdict(proxy, before, after, max(distances.values(), default=math.nan), drifts)


def _moved_metrics(expected: Baseline, measured: Baseline, proxy: str) -> list[str]:
    """Return a line for each metric of the top that has moved."""
    lines = []
    for name in METRICS:
        before = expected.metrics.get((proxy, name), math.nan)
        after = measured.metrics.get((proxy, name), math.nan)
        unknown_before = (proxy, name) not in expected.metrics
        same = abs(after - before) <= TAU_TOLERANCE or (math.isnan(before) and math.isnan(after))
        if not unknown_before and not same:
            lines.append(f"{name} moved from {before:.4f} to {after:.4f}")
    return lines


def _tau_left(before: Tau, after: Tau, *, same_seeds: bool) -> bool:
    """Return whether a tau has left the interval of an earlier one, or its neighbourhood where that
    has no interval.

    Under other seeds both are estimates with an error: then their intervals no longer meet, and
    without one nothing can be said.
    """
    if not same_seeds and (math.isnan(before.low) or math.isnan(after.low)):
        return False
    if math.isnan(before.value) or math.isnan(after.value):
        return math.isnan(before.value) != math.isnan(after.value)
    low, high = _interval(before)
    other_low, other_high = (after.value, after.value) if same_seeds else _interval(after)
    return other_high < low or other_low > high


def _interval(tau: Tau) -> tuple[float, float]:
    return (
        (tau.value - TAU_TOLERANCE, tau.value + TAU_TOLERANCE)
        if math.isnan(tau.low)
        else (tau.low, tau.high)
    )


def distance(before: float, after: float, floor: float) -> float:
    """Return the change of a score, relative to the larger of its size and *floor*.

    Inf between a number, NaN and infinity.
    """
    if before == after or (math.isnan(before) and math.isnan(after)):
        return 0.0
    size = max(floor, abs(before))
    change = abs(after - before) / size if size > 0 else math.inf
    return change if math.isfinite(change) else math.inf


def keep_what_holds(before: Baseline, measured: Baseline, tolerance: float) -> Baseline:
    """Return *measured*, with the values of *before* for proxies that hold.

    A diff of the file shows changes alone.
    """
    if not _comparable(before, measured):
        return measured
    kept = {
        verdict.proxy for verdict in compare(before, measured, (), tolerance) if not verdict.drifts
    }
    scores = measured.scores | {
        key: value for key, value in before.scores.items() if key[0] in kept
    }
    metrics = measured.metrics | {
        key: value for key, value in before.metrics.items() if key[0] in kept
    }
    taus = measured.taus | {name: before.taus[name] for name in kept}
    return replace(measured, scores=scores, taus=taus, metrics=metrics)


def changes(before: Baseline, measured: Baseline, tolerance: float) -> list[str]:
    """Return what an update of a baseline changes, a line for each proxy."""
    if not _comparable(before, measured):
        return [
            "changed: everything, as other architectures, seeds, images, dataset or precision "
            "are pinned"
        ]
    verdicts = compare(before, measured, list(measured.taus), tolerance)
    lines = [
        f"changed: {verdict.proxy}: {line}"
        for verdict in verdicts
        if verdict.word == "drifted"
        for line in verdict.drifts
    ]
    lines += [f"removed: {verdict.proxy}" for verdict in verdicts if verdict.word == "vanished"]
    lines += [f"added: {verdict.proxy}" for verdict in verdicts if verdict.is_new]
    if pinned := {name for name, _ in measured.metrics.keys() - before.metrics.keys()}:
        bare = len(pinned & before.taus.keys())
        lines += [f"added: {' and '.join(METRICS)} of {bare} proxies"] if bare else []
    return lines or ["changed: nothing"]


def _comparable(one: Baseline, other: Baseline) -> bool:
    """Return whether two baselines pin the same for the proxies that both have."""
    shared = one.taus.keys() & other.taus.keys()

    def kind(baseline: Baseline) -> tuple[object, ...]:
        part = part_of(baseline, shared)
        return replace(part, scores={}, taus={}, metrics={}), part.indices, part.seeds

    return kind(one) == kind(other)


def number_text(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.3f}"
