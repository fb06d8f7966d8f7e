"""Agreement with published scores and correlations, on the official table and real images."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau

from harness.run import main


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        ("cifar10", {"zeros": 0.58, "synflow": 0.58}),
        ("cifar100", {"zeros": 0.56, "synflow": 0.57}),
        ("imagenet16-120", {"zeros": 0.56, "synflow": 0.56}),
    ],
)
def test_tau_on_official_accuracies_needs_nas_tables(
    dataset: str, expected: dict[str, float], tables: Path, tmp_path: Path
) -> None:
    command = ["--proxy", *expected, "--archs", "1000", "--tables", str(tables), "--dataset", dataset]
    assert main([*command, "--store", str(tmp_path / "s.sqlite"), "--out", str(tmp_path)]) == 0
    tau = pd.read_csv(tmp_path / "correlations.csv").set_index("proxy")["tau"]
    assert tau[list(expected)].to_dict() == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize(
    ("proxy", "archs", "bar"), [("synflow", 300, 0.98), ("naswot", 60, 0.90), ("snip", 60, 0.85), ("grad_norm", 60, 0.8)]
)
def test_ranks_agree_with_published_scores_needs_nas_tables(
    proxy: str, archs: int, bar: float, reference_scores: Path, real_images: Path, tmp_path: Path
) -> None:
    name = {"grad_norm": "nas-bench-suite-zero"}.get(proxy, "public-run")
    theirs = pd.read_csv(reference_scores / f"nb201_cifar10_{name}.csv.gz").set_index("index")[proxy]
    chosen = theirs.sample(archs, random_state=0)
    (tmp_path / "archs.txt").write_text("\n".join(map(str, chosen.index)))
    command = ["--proxy", proxy, "--archs", str(tmp_path / "archs.txt"), "--images", str(real_images)]
    assert main([*command, "--store", str(tmp_path / "s.sqlite"), "--out", str(tmp_path)]) == 0
    ours = pd.read_csv(tmp_path / "scores.csv").query("proxy == @proxy").set_index("index")["score"]
    assert kendalltau(ours.rank(), np.asarray(chosen[ours.index].rank())).statistic > bar
