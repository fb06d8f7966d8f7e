"""NATS-Bench directories made by the package's own classes, and what their pickles may hold."""

import bz2
import os
import pickle
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
from nats_bench import ArchResults, ResultsCount

from benchmarks_data.errors import InputError
from benchmarks_data.formats import nats
from benchmarks_data.nats_sss import official as sss_official
from benchmarks_data.nb201 import official as nb201_official
from benchmarks_data.nb201 import space
from tests.benchmarks_data.converting import shown

SEEDS = {
    "cifar10-valid": (777, 888),
    "cifar10": (888,),
    "cifar100": (777, 888, 999),
    "ImageNet16-120": (999,),
}
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
                dataset,
                None,
                accuracies,
                accuracies,
                0.3 + index,
                11.5,
                {"arch_str": string},
                seed,
                epochs,
                [0.01, 0.03],
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
        found = OrderedDict(
            (f"{epochs:02d}", architecture_results(string, index, epochs).state_dict())
            for epochs in EPOCHS
        )
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
                        values[f"{column}_{epochs}ep_run{run}"]
                        == results.get_metrics(dataset, split, is_random=seed)["accuracy"]
                    )
                assert f"{column}_{epochs}ep_run{len(SEEDS[dataset]) + 1}" not in values
        costs = architecture_results(strings[index], index, EPOCHS[-1]).get_compute_costs(
            "cifar100"
        )
        assert (values["cifar100_params"], values["cifar100_latency"]) == (
            costs["params"],
            pytest.approx(0.02),
        )
    skipped = list(nats.read(folder, strings, EPOCHS, frozenset({0, 2})))
    assert [bool(row.values) for row in skipped] == [False, True, False]


class Hostile:
    """Makes a folder when it is unpickled by Python."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("was-here",)


def packed(found: object, protocol: int = 4) -> bytes:
    return bz2.compress(pickle.dumps(found, protocol))


#: As text in place of results, the package takes it for the name of a file, and unpickles that
#: without a check.
TRAP = "evil.pickle.pbz2"
DEEP = bz2.compress(b"\x80\x02})" + b"\x85" * 2_000_000 + b"K\x01s.")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (packed(Hostile()), "not the results"),
        (packed({"02": Hostile(), "03": Hostile()}, 2), "not the results"),
        (packed({"02": TRAP, "03": TRAP}), "no dictionary of results"),
        (packed({"02": {"all_results": TRAP}, "03": {}}), "no dictionary of results"),
        (
            packed({"02": {"all_results": {("cifar10", 1): TRAP}}, "03": {}}),
            "no dictionary of a training run",
        ),
        (packed({"02": {}}), "not the results of a NATS-Bench architecture"),
        (packed([1]), "not the results"),
        (bz2.compress(b"\x80\x04."), "is damaged"),
        (bz2.compress(b"T\xfb\xff\xff\xff"), "a negative length"),
        (bz2.compress(b"\x80\x04\x95"), "is damaged.*cut off"),
        (DEEP, "a key that is neither text nor number"),
        (bz2.compress(b"x" * (nats.LARGEST + 1)), "unpacks to more than 32 MiB"),
        (
            bz2.compress(b"\x80\x02cnumpy\ndtype\n(" + b"N" * 10 + b"t\x85R."),
            "a type that is no text",
        ),
        (packed({})[:-5], "cannot read .* Compressed file ended"),
        (bz2.compress(pickle.dumps({}) + b"more"), "something follows"),
        (b"plain", "cannot read"),
        (None, "cannot read"),
    ],
)
def test_hostile_and_damaged_nats_files_are_refused(
    nats_folder: tuple[Path, list[str]],
    content: bytes | None,
    complaint: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder, strings = nats_folder
    monkeypatch.chdir(folder)
    (folder / TRAP).write_bytes(packed(Hostile()))
    path = folder / "000001.pickle.pbz2"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=complaint) as raised:
        list(nats.read(folder, strings, EPOCHS, frozenset()))
    assert "000001" in str(raised.value)
    assert not Path("was-here").exists()


def test_every_protocol_of_pickle_is_read_alike(nats_folder: tuple[Path, list[str]]) -> None:
    folder, strings = nats_folder
    expected = [row.values for row in nats.read(folder, strings, EPOCHS, frozenset())]
    for protocol in (2, 3, 4, 5):
        for index, string in enumerate(strings):
            found = {
                f"{epochs:02d}": architecture_results(string, index, epochs).state_dict()
                for epochs in EPOCHS
            }
            (folder / f"{index:06d}.pickle.pbz2").write_bytes(packed(found, protocol))
        (folder / "meta.pickle.pbz2").write_bytes(packed({"meta_archs": strings}, protocol))
        assert [row.values for row in nats.read(folder, strings, EPOCHS, frozenset())] == expected


def test_the_published_splits_and_lengths_of_training() -> None:
    """Against the package's documentation.

    Cifar10 validates on half of the training set, the others on half of the test set.
    """
    assert {
        column: split for column, (dataset, split) in nats.SETS.items() if column.endswith("_valid")
    } == {
        "cifar10_valid": "x-valid",
        "cifar100_valid": "x-valid",
        "imagenet16-120_valid": "x-valid",
    }
    assert nats.SETS["cifar10_valid"][0] == "cifar10-valid"
    assert nats.SETS["cifar10_test"] == ("cifar10", "ori-test")
    assert nats.SETS["cifar100_test"] == ("cifar100", "x-test")
    assert nats.SETS["imagenet16-120_test"] == ("ImageNet16-120", "x-test")
    assert nb201_official.EPOCHS == (12, 200)
    assert sss_official.EPOCHS == (1, 12, 90)


def test_another_benchmarks_directory_is_refused(
    nats_folder: tuple[Path, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, strings = nats_folder
    for benchmark in ("nb201", "nats_sss"):
        assert "lists other architectures" in shown(
            capsys, benchmark, folder, "--out", folder.parent
        )
    (folder / "000001.pickle.pbz2").write_bytes((folder / "000000.pickle.pbz2").read_bytes())
    with pytest.raises(InputError, match="results of"):
        list(nats.read(folder, strings, EPOCHS, frozenset()))
    assert "is no folder" in shown(
        capsys, "nb201", folder / "meta.pickle.pbz2", "--out", folder.parent
    )
