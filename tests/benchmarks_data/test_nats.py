"""NATS-Bench directories, made by the package's own classes, and what their pickles may not hold."""

import bz2
import os
import pickle
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
from nats_bench import ArchResults, ResultsCount

from benchmarks_data import nats
from benchmarks_data.errors import InputError
from benchmarks_data.nb201 import space
from benchmarks_data.official import load_plain
from tests.benchmarks_data.test_convert import shown

SEEDS = {"cifar10-valid": (777, 888), "cifar10": (888,), "cifar100": (777, 888, 999), "ImageNet16-120": (999,)}
EVALUATED = {"cifar10-valid": ("x-valid", "ori-test"), "cifar10": ("ori-test",)}
EPOCHS = (2, 3)


def architecture_results(string: str, index: int, epochs: int) -> ArchResults:
    """Results as the package builds them, every value its own."""
    stream = np.random.default_rng([index, epochs])
    results = ArchResults(index, string)
    for dataset, seeds in SEEDS.items():
        for seed in seeds:
            accuracies = {epoch: float(stream.uniform(10, 90)) for epoch in range(epochs)}
            count = ResultsCount(
                dataset, None, accuracies, accuracies, 0.3 + index, 11.5, {"arch_str": string}, seed, epochs, [0.01, 0.03]
            )
            for name in EVALUATED.get(dataset, ("x-valid", "x-test", "ori-test")):
                keys = [f"{name}@{epoch}" for epoch in range(epochs)]
                numbers = {key: float(stream.uniform(10, 90)) for key in keys}
                count.update_eval(numbers, numbers, dict.fromkeys(keys, 1.0))
            results.update(dataset, seed, count)
    return results


@pytest.fixture
def nats_folder(tmp_path: Path) -> tuple[Path, list[str]]:
    folder = tmp_path / "NATS-tss-v1_0-3ffb9-simple"
    folder.mkdir()
    strings = [space.format_cell(cell) for cell in space.cells()[:3]]
    for index, string in enumerate(strings):
        found = OrderedDict((f"{epochs:02d}", architecture_results(string, index, epochs).state_dict()) for epochs in EPOCHS)
        (folder / f"{index:06d}.pickle.pbz2").write_bytes(bz2.compress(pickle.dumps(found)))
    meta = {"meta_archs": strings, "total_archs": 3}
    (folder / "meta.pickle.pbz2").write_bytes(bz2.compress(pickle.dumps(meta)))
    return folder, strings


def test_nats_values_equal_the_packages_answers(nats_folder: tuple[Path, list[str]]) -> None:
    folder, strings = nats_folder
    rows = {row.index: row.values for row in nats.read(folder, strings, EPOCHS, frozenset())}
    assert list(rows) == [0, 1, 2]
    names = nats.columns(EPOCHS)
    for index, values in rows.items():
        assert set(values) <= set(names)
        for epochs in EPOCHS:
            results = architecture_results(strings[index], index, epochs)
            for column, (dataset, split) in nats.SETS.items():
                mean = results.get_metrics(dataset, split, is_random=False)["accuracy"]
                assert values[f"{column}_{epochs}ep"] == mean
                for run, seed in enumerate(SEEDS[dataset], 1):
                    assert (
                        values[f"{column}_{epochs}ep_run{run}"] == results.get_metrics(dataset, split, is_random=seed)["accuracy"]
                    )
                assert f"{column}_{epochs}ep_run{len(SEEDS[dataset]) + 1}" not in values
        costs = architecture_results(strings[index], index, EPOCHS[-1]).get_compute_costs("cifar100")
        assert (values["cifar100_params"], values["cifar100_latency"]) == (costs["params"], pytest.approx(0.02))
    assert [row.index for row in nats.read(folder, strings, EPOCHS, frozenset({0, 2}))] == [1]


class Hostile:
    """Makes a folder when it is unpickled by Python."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("was-here",)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (bz2.compress(pickle.dumps(Hostile())), "is not trusted: it names"),
        (bz2.compress(pickle.dumps({"02": {}})), "not the results of a NATS-Bench architecture"),
        (bz2.compress(pickle.dumps([1])), "not the results"),
        (bz2.compress(b"\x80\x04."), "is damaged"),
        (bz2.compress(pickle.dumps({}))[:-5], "cannot read .* Compressed file ended"),
        (bz2.compress(pickle.dumps({}) + b"more"), "something follows"),
        (b"plain", "is damaged"),
        (None, "cannot read"),
    ],
)
def test_hostile_and_damaged_nats_files_are_refused(
    nats_folder: tuple[Path, list[str]], content: bytes | None, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, strings = nats_folder
    monkeypatch.chdir(folder)
    path = folder / "000001.pickle.pbz2"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=complaint) as raised:
        list(nats.read(folder, strings, EPOCHS, frozenset()))
    assert "000001" in str(raised.value)
    assert not Path("was-here").exists()


def test_another_benchmarks_directory_is_refused(nats_folder: tuple[Path, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    folder, strings = nats_folder
    for benchmark in ("nb201", "nats_sss"):
        assert "lists other architectures" in shown(capsys, benchmark, folder, "--out", folder.parent)
    (folder / "000001.pickle.pbz2").write_bytes((folder / "000000.pickle.pbz2").read_bytes())
    with pytest.raises(InputError, match="results of"):
        list(nats.read(folder, strings, EPOCHS, frozenset()))
    assert "is no folder" in shown(capsys, "nb201", folder / "meta.pickle.pbz2", "--out", folder.parent)


@pytest.mark.parametrize("payload", [os.system, Path, ArchResults, pickle.loads])
def test_no_pickle_may_name_a_class(tmp_path: Path, payload: object) -> None:
    (tmp_path / "x").write_bytes(pickle.dumps(payload))
    with (tmp_path / "x").open("rb") as file, pytest.raises(InputError, match="not trusted"):
        load_plain(file, "x")
