"""What searches that train a supernet come to, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from benchmarks_data import spaces
from harness.search_methods.tables import headline, shown_target
from harness.search_methods.trained.methods import TRAINED
from harness.search_methods.trained.results import by_epoch, labels_of
from harness.search_methods.trained.searching import Outcome

#: Of more searches only the best and the worst are told.
MANY = 8
#: A larger loss is that of weights that have diverged.
PLAUSIBLE = 1e6


def findings(
    rows: pd.DataFrame, summary: pd.DataFrame, epochs: pd.DataFrame, targets: Sequence[str]
) -> list[str]:
    """Return what was found, and how alpha moved.

    Args:
        rows: of this search and of others beside it.
        summary: their means.
        epochs: of this search and of trained ones beside it.
        targets: accuracies.
    """
    searches = summary[summary["kind"] == "search"]
    if len(searches) <= MANY:
        return [*headline(rows, summary, targets), *_courses(epochs)]
    said = f"{len(searches)} searches and selections are in the table Compared"
    known = searches.dropna(subset=list(targets[:1])) if targets else searches[:0]
    if known.empty:
        return [f"{said}."]
    known = known.sort_values(targets[0], ascending=False).iloc[[0, -1]]
    names = rows["objective"] + ", " + rows["schedule"]
    told = set(rows["objective"][names.isin(known["method"])])
    return [
        f"{said}; these are the best and the worst on {shown_target(targets[0])}.",
        *headline(rows, known, targets),
        *_courses(epochs[epochs["label"].isin(told)]),
    ]


def _courses(epochs: pd.DataFrame) -> Iterator[str]:
    """Yield how skip connections and entropy go from the first epoch to the last."""
    if epochs.empty:
        return
    skips, entropies = by_epoch(epochs, "skips"), by_epoch(epochs, "entropy")
    for label, group in skips.groupby("label", sort=False):
        entropy = entropies[entropies["label"] == label]["mean"]
        flooded = 100 * float(epochs[epochs["label"] == label]["flooded"].mean())
        below = f"; {flooded:.0f} % of the steps were below the flood level" if flooded else ""
        yield (
            f"{label}: the current cell has {group['mean'].iloc[0]:.1f} skip connections after the "
            f"first epoch and {group['mean'].iloc[-1]:.1f} after the last; the entropy of alpha "
            f"goes from {entropy.iloc[0]:.4f} to {entropy.iloc[-1]:.4f} nats{below}."
        )


def absent_operations(outcomes: Sequence[Outcome]) -> list[str]:
    """Return which searches ended before all operations had entered."""
    seeds: dict[tuple[str, str], list[str]] = {}
    for label, outcome in zip(labels_of([o.setting for o in outcomes]), outcomes, strict=True):
        s = outcome.setting
        choices = spaces.get(s.space).choices
        count = len({kind for choice in choices for kind in choice.operations})
        entered = [row["entered"] for row in outcome.rows if row["entered"]]
        if TRAINED[s.method].grows and outcome.rows and len(entered) < count:
            said = (
                f"{len(entered)} of {count} operations had entered when the search ended: "
                f"{', '.join(entered)}. All enter in {(count - 1) * s.enter_every + 1} epochs."
            )
            seeds.setdefault((label, said), []).append(str(s.seed))
    return [f"{label}, seed {', '.join(of)}: {said}" for (label, said), of in seeds.items()]


def diverged(epochs: pd.DataFrame) -> list[str]:
    """Return which searches had a loss that is not plausible."""
    said = []
    for label, group in epochs.groupby("label", sort=False):
        largest = float(group[["weight_loss", "alpha_loss"]].to_numpy(float).max())
        if not largest <= PLAUSIBLE:
            said.append(
                f"{label}: an epoch's mean loss was {largest:.3g}, so the weights had diverged, "
                "and what was chosen means nothing: take a smaller --rate."
            )
    return said
