"""The course of one search: what it scores and trains, in order."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

#: Scores of architectures, higher being better; -inf where there is none.
Score = Callable[[Sequence[int]], list[float]]


@dataclass
class Course:
    """What a search asks for, and gets. What it asks for twice counts once.

    Attributes:
        seed: of the search.
        score_of: scores architectures; None for a search that has no score.
        table: the accuracy of every architecture that the search may train.
        scored: architecture -> score, in the order in which they were asked for.
        trained: architecture -> accuracy, in the order in which they were asked for.
        drawn: children that were drawn at random, since their parent had no neighbour among the
            candidates.
        stopped: whether evolution ended before its time, as it met nothing new.
        seconds: of all scores that it asked for.
    """

    seed: int
    score_of: Score | None
    table: Mapping[int, float]
    scored: dict[int, float] = field(default_factory=dict)
    trained: dict[int, float] = field(default_factory=dict)
    drawn: int = 0
    stopped: bool = False
    seconds: float = 0.0

    def score(self, indices: Sequence[int]) -> list[float]:
        """Return the scores of architectures, and note that they were asked for."""
        if self.score_of is None:
            raise ValueError("this search has no score")
        scores = self.score_of(indices)
        self.scored.update(zip(indices, scores, strict=True))
        return scores

    def train(self, indices: Sequence[int]) -> list[float]:
        """Return the accuracies of architectures, and note that they were asked for."""
        accuracies = [self.table[index] for index in indices]
        self.trained.update(zip(indices, accuracies, strict=True))
        return accuracies

    def highest(self, count: int) -> list[int]:
        """Return the *count* architectures with the highest scores, the highest first.

        Of equal ones that which was scored first goes before.
        """
        return heapq.nlargest(count, self.scored, key=lambda index: self.scored[index])
