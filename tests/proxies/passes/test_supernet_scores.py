"""Scores of architectures that are read off a supernet's operations."""

import itertools
import math

import pytest

import proxies
from benchmarks_data.benchmark import Dataset
from benchmarks_data.errors import InputError
from benchmarks_data.nb201 import space
from benchmarks_data.spaces.nb201 import NasBench201Supernet
from harness.scoring.inputs import network_inputs
from harness.scoring.job import Job, Task
from harness.scoring.networks import score_task
from proxies.passes.objectives import changed, preset
from proxies.passes.supernet import operation_sensitivity


def test_a_request_s_numerics_are_those_of_the_search() -> None:
    given = network_inputs(None, 1, Dataset(10, 32), "float64", "cpu")
    supernet = NasBench201Supernet(10, 1).double()
    for name, numerics in {
        "": preset("linearised", "synflow", "nb201"),
        ",preset=authors": preset("authors", "synflow", "nb201"),
        ",preset=authors,gate_scale=1e-2,signs=signed": changed(
            preset("authors", "synflow", "nb201"), gate_scale=0.01, signs="signed"
        ),
        ",alpha=normal,batchnorm=train": preset("authors", "synflow", "nb201"),
    }.items():
        found = operation_sensitivity(supernet, given, objective="synflow", numerics=numerics)
        (score,) = score_task(
            Job("nb201", "cifar10"), Task(1462, 1, (f"zeros[scope=supernet,aggregate=sum{name}]",))
        )
        total = math.fsum(row[3] for row in found.values)  # index 1462: 3x3 convolutions everywhere
        assert score.score == pytest.approx(math.log(total) + found.log_scale, rel=1e-5)


def test_scores_of_a_supernet_are_sums_of_its_table_and_of_paths() -> None:
    table = operation_sensitivity(
        NasBench201Supernet(10, 3),
        network_inputs(None, 3, Dataset(10, 32), "float32", "cpu"),
        objective="synflow",
    )
    job = Job("nb201", "cifar10")
    for index in (0, 1462, 1651, 6818):
        cell = space.cell(index)
        row = {
            edge: dict(zip(space.OPERATIONS, values, strict=True))
            for edge, values in zip(space.EDGES, table.values, strict=True)
        }
        taken = {edge: row[edge][kind] for edge, kind in zip(space.EDGES, cell, strict=True)}
        gain = {edge: taken[edge] / row[edge]["skip_connect"] for edge in space.EDGES}
        paths = sum(
            math.prod(gain[edge] for edge in itertools.pairwise([0, *between, 3]))
            for count in range(3)
            for between in itertools.combinations((1, 2), count)
        )
        names = [
            f"zeros[scope=supernet{more}]" for more in ("", ",aggregate=sum", ",aggregate=paths")
        ]
        mean, total, by_paths = (
            score.score for score in score_task(job, Task(index, 3, tuple(names)))
        )
        known = sum(taken.values())
        assert total == pytest.approx(math.log(known) + table.log_scale if known else -math.inf)
        assert mean == pytest.approx(total - math.log(6))
        assert by_paths == pytest.approx(math.log(paths) if paths else -math.inf)


def test_aggregates_and_benchmarks_without_a_meaning_are_refused() -> None:
    for name, complaint in (
        (
            "zeros[scope=supernet,aggregate=min]",
            "with scope=supernet aggregate is one of mean, sum, paths",
        ),
        ("zeros[aggregate=paths]", "with scope=network aggregate is one of mean, min, sum"),
        ("zeros[scope=supernet,batch=3]", "has no effect"),
        ("zeros[preset=authors]", "has no effect"),
        ("zeros[scope=supernet,gate_scale=2]", "'2'"),
    ):
        with pytest.raises(InputError, match=complaint):
            proxies.request(name)
    (score,) = score_task(Job("nbmacro", "cifar10"), Task(0, 0, ("zeros[scope=supernet]",)))
    assert score.status == "error: InputError: nbmacro has no supernet"
