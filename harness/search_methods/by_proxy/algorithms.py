"""The searches themselves. They know no benchmark and no proxy: a course scores and trains.

Each gets architectures that were drawn at random without replacement, and goes on from there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from harness.search_methods.by_proxy.course import Course, Score

#: So many children in a row that were met before end an evolution.
PATIENCE = 1000


@dataclass(frozen=True)
class Space:
    """What a search may take.

    Attributes:
        candidates: the architectures that it may score and train.
        neighbours: from an architecture to the candidates that one edit makes of it.
    """

    candidates: Sequence[int]
    neighbours: Callable[[int], Sequence[int]]


@dataclass(frozen=True)
class Sizes:
    """How much a search does.

    Attributes:
        budget: architectures that are scored; trained, where nothing is scored.
        train: architectures that are trained, where some are scored.
        population: architectures that evolve.
        tournament: those of which the fittest becomes a parent.
    """

    budget: int
    train: int
    population: int
    tournament: int


def random_search(
    course: Course, drawn: Sequence[int], space: Space, sizes: Sizes, stream: Random
) -> None:
    """Train all that is drawn."""
    del space, sizes, stream
    course.train(drawn)


def first(course: Course, drawn: Sequence[int], space: Space, sizes: Sizes, stream: Random) -> None:
    """Score all that is drawn, and train the highest scores."""
    del space, stream
    course.score(drawn)
    course.train(course.highest(sizes.train))


def evolution(
    course: Course, drawn: Sequence[int], space: Space, sizes: Sizes, stream: Random
) -> None:
    """Evolve what is drawn with the score as fitness, and train the highest scores."""
    ageing(course, drawn, course.score, sizes.budget, space, sizes.tournament, stream)
    course.train(course.highest(sizes.train))


def warm_up(
    course: Course, drawn: Sequence[int], space: Space, sizes: Sizes, stream: Random
) -> None:
    """Score all that is drawn, and evolve the highest scores with the trained accuracy as fitness.

    Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS", ICLR 2021: zero-cost warm-up.
    """
    course.score(drawn)
    best = course.highest(sizes.population)
    ageing(course, best, course.train, sizes.train, space, sizes.tournament, stream)


def ageing(
    course: Course,
    start: Sequence[int],
    fitness: Score,
    most: int,
    space: Space,
    tournament: int,
    stream: Random,
) -> None:
    """Evolve a population in which each child takes the place of the oldest.

    Real et al., "Regularized Evolution for Image Classifier Architecture Search", AAAI 2019,
    algorithm 1: a parent is the fittest of a tournament, drawn with replacement, and the child a
    neighbour of it. A child that was met before comes into the population again, and costs nothing.
    It ends when *most* architectures have been met.

    Args:
        course: is told which children were drawn at random, and of an early end.
        start: the first population.
        fitness: of architectures.
        most: how many architectures it may ask for the fitness of, those of *start* included.
        space: where children come from.
        tournament: how many it draws.
        stream: of all draws.
    """
    population = deque(zip(start, fitness(start), strict=True))
    met, repeats = set(start), 0
    while len(met) < most and repeats < PATIENCE:
        parent, _ = max(stream.choices(population, k=tournament), key=lambda one: one[1])
        near = space.neighbours(parent)
        course.drawn += not near
        child = stream.choice(near or space.candidates)
        population.append((child, fitness([child])[0]))
        population.popleft()
        repeats = repeats + 1 if child in met else 0
        met.add(child)
    course.stopped = len(met) < most
