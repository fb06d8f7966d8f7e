"""Targets of published tables beside the main ones: attacks, spiking networks, other data sets."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau

import benchmarks_data
from benchmarks_data.benchmark import Benchmark
from benchmarks_data.target import Target
from harness.analysis.comparison import LAST, ceilings
from harness.run import main
from tests.runs import arguments

ATTACKED = "cifar10_fgsm_linf_1p0"


@pytest.fixture(scope="module")
def nb201_values(all_tables: Path) -> pd.DataFrame:
    return benchmarks_data.get("nb201").table(all_tables).values


def test_attacks_are_accuracies_of_all_cells_needs_nas_tables(nb201_values: pd.DataFrame) -> None:
    names = [name for name in nb201_values if Target.parse(name).attack]
    assert len(names) == 32
    assert nb201_values[names].notna().all(axis=None)
    assert nb201_values[names].max(axis=None) <= 100
    assert nb201_values.loc[1, ATTACKED] == 61.9
    clean = nb201_values["cifar10_test_200ep"]
    for attack, tau in {"fgsm": 0.547, "square": 0.485, "pgd": 0.088, "apgd_ce": -0.144}.items():
        attacked = nb201_values[f"cifar10_{attack}_linf_1p0"]
        assert kendalltau(attacked, clean).statistic == pytest.approx(tau, abs=0.0006)


def test_spiking_accuracies_are_of_all_cells_needs_nas_tables(nb201_values: pd.DataFrame) -> None:
    spiking = nb201_values["spiking_cifar10_test_100ep"]
    assert spiking.notna().all()
    tau = kendalltau(spiking, nb201_values["cifar10_test_200ep"]).statistic
    assert tau == pytest.approx(0.21, abs=0.005)


def test_validation_of_all_cells_equals_that_of_some_needs_nas_tables(
    nb201_values: pd.DataFrame,
) -> None:
    for dataset in ("cifar10", "imagenet16-120"):
        some, every = (nb201_values[f"{dataset}_{word}_200ep"] for word in ("valid", "validation"))
        assert every.notna().all()
        assert some.notna().sum() == 9445
        assert np.allclose(some.dropna(), every[some.notna()], atol=1e-4)


def test_other_data_sets_are_targets_of_some_cells_needs_nas_tables(all_tables: Path) -> None:
    for name, rows in (("nb201", 199), ("transnas101_micro", 192)):
        values = benchmarks_data.get(name).table(all_tables).values
        known = values[["ninapro_valid", "svhn_valid", "scifar100_valid"]].notna().sum()
        assert known.tolist() == [rows] * 3


def test_all_of_nats_bench_size_is_read_needs_nas_tables(all_tables: Path) -> None:
    table = benchmarks_data.get("nats_sss").table(all_tables)
    values = table.values["cifar10_test_90ep"]
    assert len(values) == values.notna().sum() == 32_768
    assert values[1234] == 89.40
    assert (values.min(), values.max()) == (79.79, 93.65)
    assert table.default_target("cifar10") == "cifar10_test_90ep"


@pytest.mark.parametrize(
    ("task", "tau"), [("class_scene", 0.979), ("class_object", 0.765), ("jigsaw", 0.999)]
)
def test_the_last_epoch_of_transnas_against_the_best_needs_nas_tables(
    task: str, tau: float, all_tables: Path
) -> None:
    table = benchmarks_data.get("transnas101_micro").table(all_tables)
    rows = ceilings(table, f"{task}_top1", table.values.index).set_index("what")
    assert rows.loc[LAST, "other"] == f"{task}_last_epoch"
    assert rows.loc[LAST, "n"] == 4096
    assert rows.loc[LAST, "tau"] == pytest.approx(tau, abs=0.0006)


def test_nb101_has_a_random_sample_needs_nas_tables(more_tables: Path) -> None:
    nb101: Benchmark = benchmarks_data.get("nb101")
    for path in (more_tables, more_tables / "nb101_random.csv.gz"):
        table = nb101.table(path)
        assert table.name == "nb101_random.csv.gz"
        assert len(table.values) == table.values["cifar10_test_108ep"].notna().sum() == 3380


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "targets", "n"),
    [
        ("nb201", [ATTACKED, "spiking_cifar10_test_100ep", "cifar100_validation_200ep"], 12),
        ("nb201", ["svhn_valid", "ninapro_valid", "scifar100_valid"], 199),
        ("nats_sss", ["cifar10_test_90ep"], 12),
        ("transnas101_micro", ["class_object_last_epoch", "svhn_valid"], 12),
    ],
)
def test_a_run_takes_such_targets_by_name_needs_nas_tables(
    name: str, targets: list[str], n: int, all_tables: Path, tmp_path: Path
) -> None:
    archs = "all" if n == 199 else str(n)
    command = ["--benchmark", name, "--tables", str(all_tables), "--archs", archs]
    command += ["--proxy", "params", "--workers", "1", "--target", *targets]
    assert main(arguments(tmp_path, *command)) == 0
    frame = pd.read_csv(tmp_path / "out" / "correlations.csv")
    assert list(frame["target"].unique()) == targets
    assert frame["n"].max() == n
    report = (tmp_path / "out" / "report.md").read_text()
    assert Target.parse(targets[0]).label in report or targets[0] in report
