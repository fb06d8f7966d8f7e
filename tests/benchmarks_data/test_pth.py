"""NAS-Bench-201's own file format, made by its package's classes, and the reader of pickles under
it.
"""

import contextlib
import functools
import pickle
import random
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks_data.convert import main
from benchmarks_data.errors import InputError
from benchmarks_data.formats.nats import SETS
from benchmarks_data.formats.pickles import Foreign, PickleError, PickleStream
from benchmarks_data.nb201 import pth
from tools.make_nb201 import benchmark, results, write, write_large

FORMATS = {
    "old": write,
    "zip": functools.partial(write, zipped=True),
    "large": functools.partial(write_large, distinct=5),
}


@pytest.mark.parametrize("form", FORMATS)
def test_values_equal_the_packages_answers(tmp_path: Path, form: str) -> None:
    path = tmp_path / "NAS-Bench-201-v1_1-096897.pth"
    long = 250 if form == "large" else 300
    FORMATS[form](path, 5, (3, long))
    rows = {row.index: row.values for row in pth.read(path, frozenset({1}))}
    assert [index for index, values in rows.items() if values] == [0, 2, 3, 4]
    for index, values in list(rows.items())[2:]:
        for epochs, table_epochs in ((3, 12), (long, 200)):
            found = results(index, epochs)
            for column, (dataset, split) in SETS.items():
                name = f"{column}_{table_epochs}ep"
                assert (
                    values[name] == found.get_metrics(dataset, split, is_random=False)["accuracy"]
                )
                seeds = sorted(found.get_dataset_seeds(dataset))
                for run, seed in enumerate(seeds, 1):
                    assert (
                        values[f"{name}_run{run}"]
                        == found.get_metrics(dataset, split, is_random=seed)["accuracy"]
                    )
                assert f"{name}_run{len(seeds) + 1}" not in values
        for column, dataset in (("cifar10", "cifar10"), ("imagenet16-120", "ImageNet16-120")):
            costs = results(index, long).get_compute_costs(dataset)
            assert {
                cost: values[f"{column}_{cost}"] for cost in ("params", "flops", "latency")
            } == {cost: costs[cost] for cost in ("params", "flops", "latency")}


def test_a_large_file_is_a_pickle_like_any_other(tmp_path: Path) -> None:
    write_large(tmp_path / "x.pth", 3, (2, 120), distinct=2)
    found = torch.load(tmp_path / "x.pth", weights_only=False)
    expected = benchmark(2, (2, 120))["arch2infos"]
    assert found["arch2infos"][1] == expected[1]
    assert found["arch2infos"][2]["full"]["all_results"] == expected[0]["full"]["all_results"]


def test_a_file_without_every_architecture_is_refused_after_reading(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "small.pth", 2, (2, 2))
    assert main(["nb201", str(tmp_path / "small.pth"), "--out", str(tmp_path / "out")]) == 2
    assert (
        "holds 2 of 15,625 architectures, and the official one has all of them"
        in capsys.readouterr().err
    )
    assert not (tmp_path / "out" / "nb201.csv.gz").exists()


def test_damaged_hostile_and_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    write(path, 2, (2, 2))
    good = path.read_bytes()
    torch.save({**benchmark(1, (1, 1)), "meta_archs": ["x"]}, tmp_path / "other.pth")
    torch.save({"weights": torch.zeros(3)}, tmp_path / "weights.pth")
    shared = benchmark(2, (2, 2))
    shared["arch2infos"][1] = shared["arch2infos"][0]
    torch.save(shared, tmp_path / "shared.pth")
    wrong = benchmark(2, (2, 2))
    wrong["arch2infos"][1]["full"]["arch_str"] = "|none~0|"
    torch.save(wrong, tmp_path / "wrong.pth")
    cases = {
        "is empty": b"",
        "no part of a pickle": b"<html>",
        "cut off": good[: len(good) // 2],
        "no file of torch": pickle.dumps([1], protocol=2) * 4,
        "lists other architectures": (tmp_path / "other.pth").read_bytes(),
        "lists other": (tmp_path / "weights.pth").read_bytes(),
        "a reference to what is not there any more": (tmp_path / "shared.pth").read_bytes(),
        "architecture 1: no results": (tmp_path / "wrong.pth").read_bytes(),
    }
    for complaint, content in cases.items():
        path.write_bytes(content)
        with pytest.raises(InputError, match=complaint):
            list(pth.read(path, frozenset()))


class Hostile:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return eval, ("1/0",)


def test_nothing_is_called_or_imported() -> None:
    found = PickleStream(pickle.dumps({"a": Hostile(), "b": 1}, protocol=2)).read()
    assert found["b"] == 1
    assert isinstance(found["a"], Foreign)
    with pytest.raises(PickleError):
        PickleStream(b"cos\nsystem\nX\x02\x00\x00\x00idR.").read()


def anything(stream: random.Random, depth: int = 0) -> object:
    match stream.randrange(10 if depth < 4 else 6):
        case 0:
            return stream.choice([0, 1, 255, 256, 70000, -5, 2**40, -(2**70)])
        case 1:
            return stream.random()
        case 2:
            return stream.choice(["a", "xé", "longer text", "x" * 300])
        case 3:
            return None
        case 4:
            return stream.choice([True, False])
        case 5:
            return np.float64(stream.random())
        case 6:
            return [anything(stream, depth + 1) for _ in range(stream.randrange(5))]
        case 7:
            return tuple(anything(stream, depth + 1) for _ in range(stream.randrange(5)))
        case 8:
            return {
                stream.choice([key, f"k{key}"]): stream.choice(
                    [stream.random(), anything(stream, depth + 1)]
                )
                for key in range(stream.randrange(40))
            }
    return OrderedDict((key, stream.random()) for key in range(stream.randrange(60)))


def test_random_objects_come_back_as_they_were() -> None:
    stream = random.Random(0)
    for _ in range(200):
        shared = anything(stream)
        whole = [shared, anything(stream), {"x": shared}]
        assert PickleStream(pickle.dumps(whole, protocol=2)).read() == whole


def test_damaged_pickles_raise_one_kind_of_error() -> None:
    stream = random.Random(1)
    good = pickle.dumps([anything(stream), {"a": 1.5, "b": [1, "x"]}, {1: 2.0, 2: 3.0}], protocol=2)
    for _ in range(3000):
        damaged = bytearray(good[: stream.randrange(1, len(good) + 1)])
        for _ in range(stream.randrange(1, 4)):
            damaged[stream.randrange(len(damaged))] = stream.randrange(256)
        with contextlib.suppress(PickleError):
            PickleStream(bytes(damaged)).read()
