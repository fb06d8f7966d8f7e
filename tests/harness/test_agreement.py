"""Agreement with published scores and correlations, on the official table and real images."""

from pathlib import Path

import pandas as pd
import pytest

import benchmarks_data
from harness.analysis.agreement import agreement
from harness.run import main
from harness.scoring.inputs import network_inputs
from proxies.passes.cost import cost
from proxies.view import cell_view


@pytest.mark.slow
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
    command = [
        "--proxy",
        *expected,
        "--archs",
        "500",
        "--tables",
        str(tables),
        "--dataset",
        dataset,
    ]
    command += ["--workers", "1", "--store", str(tmp_path / "s.sqlite"), "--out", str(tmp_path)]
    assert main(command) == 0
    tau = (
        pd.read_csv(tmp_path / "correlations.csv")
        .query("population == 'all'")
        .set_index("proxy")["tau"]
    )
    assert tau[list(expected)].to_dict() == pytest.approx(expected, abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("archs", "bars"),
    [
        (300, {"synflow": 0.98}),
        (30, {"naswot": 0.90, "snip": 0.85, "grad_norm": 0.8, "fisher": 0.8}),
    ],
)
def test_ranks_agree_with_published_scores_needs_nas_tables(
    archs: int, bars: dict[str, float], reference_scores: Path, real_images: Path, tmp_path: Path
) -> None:
    suite, public = (
        pd.read_csv(reference_scores / f"nb201_cifar10_{name}.csv.gz").set_index("index")
        for name in ("nas-bench-suite-zero", "public-run")
    )
    both = suite.index.intersection(public.index).to_series()
    (tmp_path / "archs.txt").write_text("\n".join(map(str, both.sample(archs, random_state=0))))
    command = [
        "--proxy",
        *bars,
        "--archs",
        str(tmp_path / "archs.txt"),
        "--images",
        str(real_images),
    ]
    command += ["--workers", "1", "--store", str(tmp_path / "s.sqlite"), "--out", str(tmp_path)]
    assert main(command) == 0
    scores = pd.read_csv(tmp_path / "scores.csv")
    for proxy, bar in bars.items():
        theirs = suite if proxy in ("grad_norm", "fisher") else public
        found = agreement(scores[scores["proxy"] == proxy], theirs).set_index("proxy")
        assert found.loc[proxy, "n"] == archs
        assert found.loc[proxy, "tau"] > bar


def test_the_suite_counts_more_flops_than_ours_needs_nas_tables(reference_scores: Path) -> None:
    """It adds 3 for each value that a convolution in a cell puts out, and 9 for each that a pooling
    does.
    """
    theirs = pd.read_csv(reference_scores / "nb201_cifar10_nas-bench-suite-zero.csv.gz").set_index(
        "index"
    )
    benchmark = benchmarks_data.get("nb201")
    values = sum(
        5 * channels * (32 // shrink) ** 2 for channels, shrink in ((16, 1), (32, 2), (64, 4))
    )
    differences = set()
    for index, row in theirs.sample(20, random_state=0).iterrows():
        ours = cost(
            cell_view(benchmark.network(int(index), 10, 0)),
            network_inputs(None, 0, benchmark.datasets["cifar10"], "float32", "cpu"),
        )
        more = 3 * row["arch"].count("nor_conv") + 9 * row["arch"].count("avg_pool")
        differences.add(round(row["flops"] * 1e6) - ours.flops - values * more)
    assert len(differences) == 1, (
        "what is left is the same for every cell: stem, residual blocks and head"
    )


def test_the_suite_s_weight_norms_count_convolutions_needs_nas_tables(
    reference_scores: Path,
) -> None:
    theirs = pd.read_csv(reference_scores / "nb201_cifar10_nas-bench-suite-zero.csv.gz")
    convolutions = theirs["arch"].str.count("nor_conv")
    ranges = theirs.groupby(convolutions)["l2_norm"].agg(["min", "max"])
    assert (ranges["min"].iloc[1:].to_numpy() > ranges["max"].iloc[:-1].to_numpy() + 40).all()
    assert (ranges["max"] - ranges["min"]).max() < 10, (
        "within a number of convolutions only the draw differs"
    )
