"""What names of columns say."""

import csv
import gzip
import subprocess
import sys
from pathlib import Path

import pytest

import benchmarks_data
from benchmarks_data.benchmark import Benchmark
from benchmarks_data.formats import nats
from benchmarks_data.target import Target

#: Every column of the shared tables that is no accuracy, and whether a search would look for the
#: highest.
MEASUREMENTS = {
    "params": False,
    "flops": False,
    "edgegpu_latency": False,
    "edgegpu_energy": False,
    "raspi4_latency": False,
    "edgetpu_latency": False,
    "pixel3_latency": False,
    "eyeriss_latency": False,
    "eyeriss_energy": False,
    "eyeriss_arithmetic_intensity": True,
    "fpga_latency": False,
    "fpga_energy": False,
    "class_object_top1": True,
    "class_scene_top1": True,
    "room_layout_neg_loss": True,
    "jigsaw_top1": True,
    "segmentsemantic_miou": True,
    "autoencoder_ssim": True,
    "normal_ssim": True,
}
#: Columns of the tables that are no targets.
ARCHITECTURE = {
    *("index", "arch", "hash", "n_vertices", "n_edges", "adj_upper_rowmajor", "ops", "sources"),
}


@pytest.mark.parametrize(
    ("name", "mean", "dataset", "split", "epochs", "run"),
    [
        ("cifar10_test", "cifar10_test", "cifar10", "test", None, None),
        ("cifar100_valid_12ep", "cifar100_valid_12ep", "cifar100", "valid", 12, None),
        ("imagenet16-120_train_200ep", None, "imagenet16-120", "train", 200, None),
        ("cifar10_test_200ep_run3", "cifar10_test_200ep", "cifar10", "test", 200, 3),
        ("cifar10_test_run1", "cifar10_test", "cifar10", "test", None, 1),
        ("class_object_test", None, "class_object", "test", None, None),
        ("a_test_valid", None, "a_test", "valid", None, None),
    ],
)
def test_the_name_of_an_accuracy_says_all_about_it(
    name: str,
    mean: str | None,
    dataset: str,
    split: str,
    epochs: int | None,
    run: int | None,
) -> None:
    target = Target.parse(name)
    assert target == Target(name, mean or name, dataset, split, epochs, run, "%", True)
    assert target.is_accuracy


@pytest.mark.parametrize(
    "name", ["", "test", "_test", "test_cifar10", "cifar10_test_ep", "cifar10_test_200ep_gain", "x"]
)
def test_any_other_name_is_that_of_a_measurement(name: str) -> None:
    assert Target.parse(name) == Target(name, name)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("cifar10_test_200ep", "CIFAR-10 test accuracy, 200 epochs"),
        ("imagenet16-120_valid_run2", "ImageNet16-120 validation accuracy, run 2"),
        ("mine_train", "mine training accuracy"),
        ("cifar100_latency", "CIFAR-100 latency"),
        ("raspi4_latency_run1", "raspi4 latency, run 1"),
        ("cifar10_fgsm_linf_1p0", "CIFAR-10 accuracy under FGSM, L-inf 1/255"),
        ("cifar10_apgd_ce_linf_0p5", "CIFAR-10 accuracy under APGD-CE, L-inf 0.5/255"),
        ("spiking_cifar10_test_100ep", "spiking CIFAR-10 test accuracy, 100 epochs"),
        ("cifar100_validation_200ep", "CIFAR-100 validation accuracy, 200 epochs"),
        ("class_object_last_epoch", "class object last epoch"),
    ],
)
def test_a_target_has_a_label_for_people(name: str, label: str) -> None:
    assert Target.parse(name).label == label


def test_an_accuracy_under_attack_is_an_accuracy_of_its_dataset() -> None:
    target = Target.parse("cifar10_pgd_linf_8p0")
    assert target.is_accuracy
    assert target.higher_is_better
    assert (target.dataset, target.split, target.epochs, target.unit) == (
        "cifar10",
        None,
        None,
        "%",
    )
    assert target.attack == "PGD, L-inf 8/255"
    clean = Target.parse("cifar10_test")
    assert not target.is_other_split_of(clean)
    assert not clean.is_other_split_of(target)
    assert not target.is_shorter_training_than(Target.parse("cifar10_test_200ep"))
    for name in (
        "cifar10_fgsm_linf",
        "cifar10_fgsm_linf_run1",
        "cifar10_fgsm_1p0",
        "cifar10_other_linf_1p0",
        "linf_1p0",
    ):
        assert not Target.parse(name).is_accuracy


def test_a_single_run_under_attack_is_an_accuracy_and_a_run_of_the_mean() -> None:
    mean = Target.parse("cifar10_fgsm_linf_1p0")
    single = Target.parse("cifar10_fgsm_linf_1p0_run1")
    assert single.is_accuracy
    assert (single.dataset, single.run, single.attack) == ("cifar10", 1, mean.attack)
    assert single.is_single_run_of(mean)
    assert single.label == "CIFAR-10 accuracy under FGSM, L-inf 1/255, run 1"


def test_validation_is_another_word_for_a_split() -> None:
    target = Target.parse("cifar10_validation_200ep")
    assert (target.dataset, target.split, target.epochs) == ("cifar10", "valid", 200)
    assert target.is_other_split_of(Target.parse("cifar10_test_200ep"))
    assert not target.is_other_split_of(Target.parse("cifar10_valid_200ep"))


@pytest.mark.parametrize(
    ("last", "best"),
    [
        ("class_object_last_epoch", "class_object_top1"),
        ("room_layout_last_epoch_neg_loss", "room_layout_neg_loss"),
        ("normal_last_epoch_ssim", "normal_ssim"),
    ],
)
def test_the_last_epoch_belongs_to_the_best_over_epochs(last: str, best: str) -> None:
    assert Target.parse(last).is_last_epoch_of(Target.parse(best))
    assert not Target.parse(best).is_last_epoch_of(Target.parse(last))
    assert not Target.parse(last).is_last_epoch_of(Target.parse("class_scene_top1"))
    assert not Target.parse(last).is_last_epoch_of(Target.parse(last))


def test_less_is_better_of_a_loss_but_not_of_a_negative_one() -> None:
    assert not Target.parse("room_layout_loss").higher_is_better
    assert Target.parse("room_layout_neg_loss").higher_is_better
    for name in ("gpu_latency_ms", "my_memory", "cifar10_test_error", "cifar10_test_200ep_time"):
        assert not Target.parse(name).higher_is_better
    assert Target.parse("neg_latency_ms").higher_is_better
    single = Target.parse("raspi4_latency_run2")
    assert (single.mean, single.run, single.higher_is_better) == ("raspi4_latency", 2, False)


def test_a_measurement_belongs_to_the_dataset_that_its_name_begins_with() -> None:
    datasets = ("cifar10", "cifar100")
    assert Target.parse("cifar100_latency").among(datasets) == "cifar100"
    assert Target.parse("cifar100_test_12ep").among(datasets) == "cifar100"
    assert Target.parse("raspi4_latency").among(datasets) is None


def test_targets_are_runs_other_splits_and_shorter_trainings_of_one_another() -> None:
    names = [
        *("a_test_200ep", "a_test_200ep_run1", "a_test_200ep_run2", "a_valid_200ep"),
        *("a_valid_200ep_run1", "a_test_12ep", "a_test_12ep_run1", "b_test_12ep", "latency"),
    ]
    targets = [Target.parse(name) for name in names]

    def those(ask: str, of: str) -> list[str]:
        other = Target.parse(of)
        return [target.name for target in targets if getattr(target, ask)(other)]

    runs = ["a_test_200ep_run1", "a_test_200ep_run2"]
    assert those("is_single_run_of", "a_test_200ep") == runs
    assert those("is_single_run_of", "a_test_200ep_run2") == runs
    assert those("is_other_split_of", "a_test_200ep") == ["a_valid_200ep"]
    assert those("is_other_split_of", "a_test_200ep_run1") == ["a_valid_200ep_run1"]
    assert those("is_shorter_training_than", "a_test_200ep_run1") == ["a_test_12ep"]
    for ask in ("is_other_split_of", "is_shorter_training_than"):
        assert those(ask, "latency") == []


def test_columns_of_the_tables_are_accuracies_of_their_datasets_or_known_needs_nas_tables(
    tables: Path,
) -> None:
    datasets = {name for benchmark in benchmarks_data.names() for name in _datasets_of(benchmark)}
    measurements = {}
    for path in tables.glob("*.csv.gz"):
        with gzip.open(path, "rt", newline="") as file:
            names = next(csv.reader(file))
        for target in map(Target.parse, set(names) - ARCHITECTURE):
            if target.is_accuracy:
                assert target.dataset in datasets
                _check_spelling(target)
            else:
                measurements[target.name] = target.higher_is_better
    assert measurements == MEASUREMENTS


def test_columns_of_official_files_and_the_embedded_table_are_accuracies_or_costs(
    nb201: Benchmark,
) -> None:
    assert nb201.table().targets == [
        Target("cifar10_test", "cifar10_test", "cifar10", "test", None, None, "%")
    ]
    targets = [Target.parse(name) for name in nats.columns((12, 200))]
    for target in targets:
        assert target.is_accuracy == target.higher_is_better, target.name
        if target.is_accuracy:
            _check_spelling(target)
    accuracies = [target for target in targets if target.is_accuracy]
    assert {target.dataset for target in accuracies} == set(nb201.datasets)
    assert {target.epochs for target in accuracies} == {12, 200}
    assert {target.run for target in accuracies} == {None, 1, 2, 3}


def test_what_is_known_before_training() -> None:
    known = ["params", "edgegpu_latency", "cifar10_flops", "edge_latency_ms", "latency_run2"]
    others = [
        *("cifar10_test", "class_scene_top1", "room_layout_neg_loss", "valid_loss", "neg_latency"),
        *("cifar10_train_time", "seconds", "test_error", "arithmetic_intensity"),
    ]
    assert [name for name in known + others if Target.parse(name).is_known_before_training] == known


def _datasets_of(benchmark: str) -> list[str]:
    return list(benchmarks_data.get(benchmark).datasets)


def _check_spelling(target: Target) -> None:
    """Put the parts together again."""
    mean = f"{target.dataset}_{target.split}" + (f"_{target.epochs}ep" if target.epochs else "")
    assert target.mean == mean
    assert target.name == (f"{mean}_run{target.run}" if target.run else mean)


@pytest.mark.parametrize("module", ["benchmarks_data.target", "harness.search", "harness.sweep"])
def test_names_are_read_without_pandas_and_torch(module: str) -> None:
    code = f"import sys, {module}; print(sorted({{'pandas', 'torch'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
