"""What searches that train a supernet come to, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from harness.search_methods.tables import headline
from harness.search_methods.trained.results import by_epoch


def findings(
    rows: pd.DataFrame,
    summary: pd.DataFrame,
    epochs: pd.DataFrame,
    targets: Sequence[str],
    images: str,
) -> list[str]:
    """Return what was found, and how alpha moved.

    Args:
        rows: of this search and of others beside it.
        summary: their means.
        epochs: of this search and of trained ones beside it.
        targets: accuracies.
        images: how many images trained it, in words.
    """
    return [*headline(rows, summary, targets), *_courses(epochs), images]


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
