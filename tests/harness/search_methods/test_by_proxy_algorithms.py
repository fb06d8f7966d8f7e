"""Searches by proxy on a toy benchmark: words of four letters out of three."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from random import Random

import pytest

from harness.search_methods.by_proxy.algorithms import PATIENCE, Sizes, Space, ageing
from harness.search_methods.by_proxy.course import Course
from harness.search_methods.by_proxy.methods import BY_PROXY

WORDS = list(itertools.product(range(3), repeat=4))
SIZES = Sizes(budget=40, train=12, population=8, tournament=3)


def accuracy(index: int) -> float:
    return 50.0 + sum((place + 1) * letter for place, letter in enumerate(WORDS[index]))


def score(index: int) -> float:
    """A proxy that knows the first two letters, and has ties."""
    return float(sum(WORDS[index][:2]))


def near(index: int) -> list[int]:
    return [
        other
        for other, word in enumerate(WORDS)
        if sum(a != b for a, b in zip(word, WORDS[index], strict=True)) == 1
    ]


SPACE = Space(range(len(WORDS)), near)


def course(of: Callable[[int], float] = score) -> Course:
    table = {index: accuracy(index) for index in range(len(WORDS))}
    return Course(0, lambda indices: [of(index) for index in indices], table)


def searched(name: str, seed: int, of: Callable[[int], float] = score) -> Course:
    method, stream, one = BY_PROXY[name], Random(seed), course(of)
    method.search(one, stream.sample(SPACE.candidates, method.draws(SIZES)), SPACE, SIZES, stream)
    return one


def regularised_evolution(
    start: Sequence[int], fitness: Callable[[int], float], most: int, sample: int, stream: Random
) -> list[int]:
    """Algorithm 1 of Real et al. (AAAI 2019), line by line, with *most* different models."""
    population, history = [], []
    for model in start:
        population.append((model, fitness(model)))
        history.append(model)
    while len(set(history)) < most:
        tournament = [
            population[math.floor(stream.random() * len(population))] for _ in range(sample)
        ]
        parent = tournament[0]
        for candidate in tournament:
            if candidate[1] > parent[1]:
                parent = candidate
        child = stream.choice(near(parent[0]))
        population.append((child, fitness(child)))
        history.append(child)
        population = population[1:]
    return list(dict.fromkeys(history))


@pytest.mark.parametrize("seed", range(5))
def test_evolution_is_the_published_algorithm(seed: int) -> None:
    stream = Random(seed)
    start = stream.sample(range(len(WORDS)), SIZES.population)
    expected = regularised_evolution(start, score, SIZES.budget, SIZES.tournament, stream)
    assert list(searched("evolution", seed).scored) == expected


@pytest.mark.parametrize("seed", range(5))
def test_warm_up_evolves_the_highest_scores_by_accuracy(seed: int) -> None:
    stream = Random(seed)
    drawn = stream.sample(range(len(WORDS)), SIZES.budget)
    start = sorted(drawn, key=score, reverse=True)[: SIZES.population]
    expected = regularised_evolution(start, accuracy, SIZES.train, SIZES.tournament, stream)
    one = searched("warm-up", seed)
    assert list(one.trained) == expected
    assert list(one.scored) == drawn


@pytest.mark.parametrize("name", ["first", "evolution"])
def test_the_highest_scores_are_trained(name: str) -> None:
    one = searched(name, 0)
    assert len(one.scored) == SIZES.budget
    ordered = sorted(one.scored, key=score, reverse=True)  # of equal ones the earliest first
    assert list(one.trained) == ordered[: SIZES.train]
    assert one.trained == {index: accuracy(index) for index in one.trained}


def test_random_search_trains_what_is_drawn_and_scores_nothing() -> None:
    one = searched("random", 3)
    assert list(one.trained) == Random(3).sample(range(len(WORDS)), SIZES.budget)
    assert one.scored == {}


@pytest.mark.parametrize("name", BY_PROXY)
def test_a_seed_is_a_course(name: str) -> None:
    one, again, other = (searched(name, seed) for seed in (1, 1, 2))
    assert (list(one.scored), list(one.trained)) == (list(again.scored), list(again.trained))
    assert list(one.trained) != list(other.trained)


def test_missing_scores_rank_last() -> None:
    one = searched("first", 0, lambda index: -math.inf if index % 4 else score(index))
    known = [index for index in one.scored if index % 4 == 0]
    assert len(known) < SIZES.train
    assert set(list(one.trained)[: len(known)]) == set(known)


def evolved(space: Space, most: int) -> Course:
    one, stream = course(), Random(0)
    ageing(one, list(space.candidates)[:4], one.score, most, space, 2, stream)
    return one


def test_children_come_from_the_candidates_alone() -> None:
    some = range(0, len(WORDS), 2)
    one = evolved(Space(some, lambda index: [other for other in near(index) if other in some]), 12)
    assert len(one.scored) == 12
    assert set(one.scored) <= set(some)
    assert one.drawn == 0


def test_a_parent_without_neighbours_has_a_child_drawn_at_random() -> None:
    one = evolved(Space(range(30), lambda _: []), 20)
    assert len(one.scored) == 20
    assert one.drawn >= 16
    assert not one.stopped


def test_an_evolution_that_meets_nothing_new_ends_and_says_so() -> None:
    asked = 0

    def counted(indices: Sequence[int]) -> list[float]:
        nonlocal asked
        asked += len(indices)
        return [0.0 for _ in indices]

    one = course()
    ageing(one, [0, 1], counted, 3, Space([0, 1, 2], lambda index: [1 - index]), 2, Random(0))
    assert one.stopped
    assert asked == 2 + PATIENCE
