"""Sizes of NATS-Bench many at once against one network after the other."""

import random

import pytest

from benchmarks_data.nats_sss import BENCHMARK
from tests.proxies.engines.pixels import (
    check_against_one_network_after_the_other,
    check_that_no_score_depends_on_its_batch,
)

SAMPLE = random.Random(0).sample(range(BENCHMARK.size), 30)
#: The smallest, the largest, and one whose skip connections lead to other numbers of channels.
SPECIAL = [0, BENCHMARK.size - 1, BENCHMARK.index("8:16:24:32:40")]


@pytest.mark.parametrize(
    ("dtype", "dataset", "seed"), [("float64", "cifar10", 1), ("float32", "imagenet16-120", 0)]
)
def test_scores_are_those_of_one_network_after_the_other(
    dtype: str, dataset: str, seed: int
) -> None:
    check_against_one_network_after_the_other("nats_sss", SAMPLE + SPECIAL, dtype, seed, dataset)


def test_scores_do_not_depend_on_what_is_computed_with_them() -> None:
    check_that_no_score_depends_on_its_batch("nats_sss", SAMPLE + SPECIAL)
