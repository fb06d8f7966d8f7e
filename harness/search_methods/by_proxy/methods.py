"""The methods that search by a proxy; one more is a function of
:mod:`harness.search_methods.by_proxy.algorithms` and an entry here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from harness.search_methods.by_proxy.algorithms import (
    Sizes,
    Space,
    evolution,
    first,
    random_search,
    warm_up,
)
from harness.search_methods.by_proxy.course import Course


@dataclass(frozen=True)
class ByProxy:
    """A method of search by a proxy.

    Attributes:
        name: its own.
        description: what it does, in one line.
        search: fills a course, given what is drawn for it.
        scores: whether it scores anything.
        fitness: what architectures evolve by, score or accuracy; empty where none evolve.
    """

    name: str
    description: str
    search: Callable[[Course, Sequence[int], Space, Sizes, Random], None]
    scores: bool = True
    fitness: str = ""

    def draws(self, sizes: Sizes) -> int:
        """Return how many architectures are drawn before a search begins."""
        return sizes.population if self.fitness == "score" else sizes.budget

    @property
    def evolves(self) -> bool:
        """Whether it needs neighbours."""
        return bool(self.fitness)

    @property
    def trains_highest(self) -> bool:
        """Whether it trains the highest scores, once all are known."""
        return self.scores and self.fitness != "accuracy"


BY_PROXY = {
    method.name: method
    for method in (
        ByProxy("random", "trains architectures drawn at random", random_search, scores=False),
        ByProxy("first", "scores architectures drawn at random, trains the highest", first),
        ByProxy(
            "evolution",
            "evolves by the score as Real et al. (AAAI 2019) do, trains the highest",
            evolution,
            fitness="score",
        ),
        ByProxy(
            "warm-up",
            "evolves the highest scores by the trained accuracy (Abdelfattah et al., ICLR 2021)",
            warm_up,
            fitness="accuracy",
        ),
    )
}
