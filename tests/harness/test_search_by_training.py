"""The search command with methods that train a supernet: what it leaves behind, and in which
spaces.
"""

import json
from pathlib import Path

import pandas as pd
import pytest

import benchmarks_data
from benchmarks_data import spaces
from benchmarks_data.benchmark import Dataset
from benchmarks_data.spaces.proxyless import ProxylessSpace
from harness.search import main
from harness.search_methods.trained.methods import TRAINED
from tests.harness.searching import search
from tests.harness.trained_searches import images_in, train

EVERY = ["--select", "argmax", "zeros-snip", "zeros-synflow", "perturbation", "--tune", "1"]


@pytest.mark.slow
@pytest.mark.parametrize("method", TRAINED)
def test_a_method_searches_and_is_set_beside_the_table(method: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert train(method, out, images_in(tmp_path), "--seeds", "2") == 0
    rows = pd.read_csv(out / "searches.csv")
    assert rows["objective"].tolist() == [method] * 2
    nb201 = benchmarks_data.get("nb201")
    accuracies = nb201.table().values["cifar10_test"]
    best = accuracies.max()
    for row in rows.to_dict("records"):
        assert nb201.index(row["arch"]) == row["index"]
        assert row["cifar10_test"] == accuracies[row["index"]]
        assert row["cifar10_test_distance"] == pytest.approx(best - row["cifar10_test"])
        assert row["skips"] == row["arch"].count("skip_connect")
    epochs = pd.read_csv(out / "epochs.csv")
    assert epochs["epoch"].tolist() == [1, 2, 3, 4] * 2
    last = epochs[epochs["epoch"] == 4]
    assert last["arch"].tolist() == rows["arch"].tolist()
    assert last["cifar10_test"].tolist() == rows["cifar10_test"].tolist()
    record = json.loads((out / "trained_search.json").read_text())
    assert (record["method"], record["table"]["name"]) == (
        method,
        nb201.table().provenance()["name"],
    )
    assert [one["seed"] for one in record["settings"]] == [0, 1]


def test_an_operation_enters_every_other_epoch(tmp_path: Path) -> None:
    assert train("opp-darts", tmp_path / "out", images_in(tmp_path), "--epochs", "10") == 0
    epochs = pd.read_csv(tmp_path / "out" / "epochs.csv", keep_default_na=False)
    entered = epochs["entered"].tolist()
    assert entered[1::2] == [""] * 5
    assert entered[0] in ("nor_conv_1x1", "nor_conv_3x3")
    assert entered[8] == "skip_connect"
    assert sorted(entered[::2]) == sorted(spaces.get("nb201").choices[0].operations)


def test_progress_has_a_line_for_each_epoch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("darts", tmp_path / "out", images_in(tmp_path)) == 0
    first, *lines = [line for line in capsys.readouterr().err.splitlines() if ", epoch" in line]
    assert first == "darts, seed 0, epochs 1 to 4 follow, 2 steps of weights and of alpha each"
    assert [line.partition(":")[0] for line in lines] == [
        f"darts, seed 0, epoch {epoch} of 4" for epoch in (1, 2, 3, 4)
    ]
    assert "loss" in lines[0]
    assert "|nor_conv" in lines[0] or "~0|" in lines[0]


def test_a_grid_searches_each_setting_and_says_which(tmp_path: Path) -> None:
    more = ["--images-count", "20", "40", "--epochs", "1", "2", "--seeds", "2"]
    assert train("darts", tmp_path / "out", images_in(tmp_path), *more) == 0
    rows = pd.read_csv(tmp_path / "out" / "searches.csv")
    assert rows["objective"].unique().tolist() == [
        "darts, 20 images, 1 epoch",
        "darts, 20 images, 2 epochs",
        "darts, 40 images, 1 epoch",
        "darts, 40 images, 2 epochs",
    ]
    assert rows["images_count"].tolist() == [20, 20, 20, 20, 40, 40, 40, 40]
    assert rows["setting"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert "Trained on 20 and 40 of the 40 images" in (tmp_path / "out" / "report.md").read_text()
    compared = pd.read_csv(tmp_path / "out" / "compared.csv")
    assert (compared["kind"] == "search").sum() == 4


@pytest.mark.figures
def test_all_selections_and_other_searches_are_compared(tmp_path: Path) -> None:
    assert search(tmp_path / "free") == 0
    images, out = images_in(tmp_path), tmp_path / "out"
    assert train("darts", out, images, *EVERY, "--beside", str(tmp_path / "free")) == 0
    rows = pd.read_csv(out / "searches.csv")
    assert rows["schedule"].tolist() == EVERY[1:5]
    assert rows["training_seconds"].nunique() == 1
    compared = pd.read_csv(out / "compared.csv").set_index("method")
    free = pd.read_csv(tmp_path / "free" / "search.csv").iloc[0]
    again = ["--beside", str(out), str(tmp_path / "free")]
    assert train("beta-darts", tmp_path / "beta", images, *again) == 0
    assert train("darts", tmp_path / "other", images, "--decay", "0", *again) == 0
    for name, label in (("beta", "darts, argmax"), ("other", "darts (out), argmax")):
        both = pd.read_csv(tmp_path / name / "compared.csv").set_index("method")
        assert both.loc[label, "cifar10_test"] == compared.loc["darts, argmax", "cifar10_test"]
        assert "FreeDARTS synflow, one-shot" in both.index
        assert (
            f"- {label.partition(',')[0]}: the current cell"
            in (tmp_path / name / "report.md").read_text()
        )
    beside = compared.loc["FreeDARTS synflow, one-shot"]
    assert beside["cifar10_test"] == free["cifar10_test"]
    assert beside["seconds"] == pytest.approx(free["seconds"])
    assert {"a random cell", "best of the table"} <= set(compared.index)
    for name in ("accuracy_seconds.png", "trajectory.png", "entropy.png"):
        assert (out / name).stat().st_size > 5_000


def test_searches_beside_keep_their_names_apart(tmp_path: Path) -> None:
    images = images_in(tmp_path)
    few = ["--epochs", "1", "--images-count", "20"]
    folders = [tmp_path / "a" / "run", tmp_path / "b" / "run", tmp_path / "c" / "run"]
    for number, folder in enumerate(folders[:2]):
        assert train("darts", folder, images, *few, "--decay", f"0.{number}") == 0
    other = images_in(tmp_path / "more", classes=100, each=2)
    assert train("darts", folders[2], other, "--dataset", "cifar100", "--epochs", "1") == 0
    named = [*map(str, folders), str(folders[0])]
    assert train("darts", tmp_path / "out", images, *few, "--beside", *named) == 0
    compared = pd.read_csv(tmp_path / "out" / "compared.csv").set_index("method")
    ours = compared[compared["kind"] == "search"]
    assert set(ours.index) == {
        "darts, argmax",
        "darts (run), argmax",
        "darts (b/run), argmax",
        "darts on cifar100, argmax",
    }
    assert (ours["n"] == 1).all()


def test_operations_that_have_not_entered_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("opp-darts", tmp_path / "out", images_in(tmp_path)) == 0
    for text in (capsys.readouterr().out, (tmp_path / "out" / "report.md").read_text()):
        text = " ".join(text.split())
        assert "2 of 5 operations had entered when the search ended: nor" in text
        assert "All enter in 9 epochs" in text


def test_a_search_by_a_proxy_stands_beside(tmp_path: Path) -> None:
    words = ["--method", "evolution", "--proxy", "zeros", "--budget", "12", "--train", "3"]
    sizes = ["--population-size", "4", "--tournament-size", "2", "--seeds", "2"]
    store = ["--store", str(tmp_path / "s.sqlite")]
    assert main([*words, *sizes, *store, "--out", str(tmp_path / "by")]) == 0
    own = pd.read_csv(tmp_path / "by" / "searches.csv")
    assert (own["seconds"] > 0).all()
    beside = ["--beside", str(tmp_path / "by")]
    assert train("darts", tmp_path / "out", images_in(tmp_path), *beside) == 0
    compared = pd.read_csv(tmp_path / "out" / "compared.csv").set_index("method")
    row = compared.loc["evolution by zeros, best of 3 trained"]
    assert row["seconds"] == pytest.approx(own["seconds"].mean())
    assert row["cifar10_test"] == pytest.approx(own["best"].mean())
    assert row["params"] > 0


def test_what_cannot_stand_beside_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, images = tmp_path / "by", images_in(tmp_path)
    assert main(["--method", "random", "--budget", "5", "--out", str(folder)]) == 0

    def refused() -> str:
        capsys.readouterr()
        assert train("darts", tmp_path / "out", images, "--beside", str(folder)) == 2
        return capsys.readouterr().err

    assert "it scores nothing" in refused()
    record = json.loads((folder / "proxy_search.json").read_text())
    for one in record["searches"]:
        del one["seconds"]
    (folder / "proxy_search.json").write_text(json.dumps({**record, "proxy": "zeros"}))
    assert "an older version wrote it, without seconds" in refused()
    (folder / "proxy_search.json").write_text(json.dumps({**record, "benchmark": "nbmacro"}))
    assert "it holds searches of" in refused()


@pytest.mark.slow
@pytest.mark.parametrize("method", TRAINED)
def test_the_darts_space_is_searched_and_its_network_sized(method: str, tmp_path: Path) -> None:
    more = ["--space", "darts", "--cells", "3", "--epochs", "1", "--images-count", "20"]
    selected = ["--select", "argmax", "zeros-snip"]
    assert train(method, tmp_path / "out", images_in(tmp_path), *more, *selected) == 0
    rows = pd.read_csv(tmp_path / "out" / "searches.csv")
    assert (rows["status"] == "ok").all()
    assert rows["params"].between(1_000_000, 10_000_000).all()
    assert rows["arch"].str.startswith("Genotype").all()
    assert not rows["arch"].str.contains("none").any()
    assert "cifar10_test" not in rows


@pytest.mark.slow
@pytest.mark.parametrize("method", TRAINED)
def test_the_proxyless_space_is_searched(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ProxylessSpace, "datasets", {"imagenet": Dataset(4, 64)})
    images = images_in(tmp_path, classes=4, each=8)
    words = ["--method", method, "--space", "proxyless", "--channels", "8", "--batch", "8"]
    words += ["--epochs", "1", "--images", str(images), "--out", str(tmp_path / "out")]
    assert main([*words, "--select", "argmax", "zeros-snip"]) == 0
    rows = pd.read_csv(tmp_path / "out" / "searches.csv")
    assert (rows["status"] == "ok").all()
    assert rows["arch"].str.count(",").tolist() == [20, 20]
    assert (rows["params"] > 0).all()
