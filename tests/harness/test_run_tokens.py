"""Runs of benchmarks whose networks take tokens, and to which not every score applies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import kendalltau

import benchmarks_data
from benchmarks_data.gpt2_lm1b import Gpt2Lm1b
from harness.run import main
from harness.scoring.job import Job, Task
from harness.scoring.networks import score_task
from harness.scoring.observed import BenchmarkPasses
from harness.scoring.token_file import Uniform
from proxies.passes.loss import loss_gradient
from tests.listed import write_list
from tests.runs import query_store

APPLY = {
    *("fisher", "grad_norm", "grasp", "l2_norm", "near", "plain", "snip", "zico"),
    *("head_confidence", "w_pca"),
}
SIZES = {"layers", "live_convs", "live_params", "params", "params_nonembedding"}


@pytest.fixture
def lists(tmp_path: Path) -> Iterator[Path]:
    """A folder of tables with a list of three language models."""
    folder = tmp_path / "tables"
    folder.mkdir()
    path = write_list(folder, "gpt2_lm1b", 3)
    text = path.read_text().replace("index,arch,", "index,name,arch,")
    path.write_text(
        "".join(
            line.replace(",", ",a,", 1) if line[0] in "012" else line
            for line in text.splitlines(keepends=True)
        )
    )
    with benchmarks_data.isolated(Gpt2Lm1b()):
        yield folder


def run(lists: Path, *more: str) -> int:
    where = ("--store", str(lists.parent / "s.sqlite"), "--out", str(lists.parent / "out"))
    benchmark = ("--benchmark", "gpt2_lm1b", "--tables", str(lists), "--archs", "all")
    return main([*benchmark, *where, *more])


def test_every_score_is_a_number_or_does_not_apply(
    lists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(lists, "--proxy", "all") == 0
    out, err = capsys.readouterr()
    assert "tokens drawn by seed" in out
    assert "Kendall's tau of zeros" not in out
    told = [line for line in err.splitlines() if "not applicable: " in line]
    assert any(
        "synflow" in line and "the score is of networks that take images" in line for line in told
    )
    assert any(line.endswith(": a component is not") and "vote" in line for line in told)
    scores = pd.read_csv(lists.parent / "out" / "scores.csv")
    known = scores[scores["status"] == "ok"]
    assert set(known["proxy"]) == APPLY | SIZES
    others = scores[scores["status"] != "ok"]
    assert others["status"].str.startswith("not applicable: ").all()
    assert others["score"].isna().all()
    report = (lists.parent / "out" / "report.md").read_text()
    assert "Not applicable: az\\_expressivity" in report.replace("az_e", "az\\_e")
    correlations = pd.read_csv(lists.parent / "out" / "correlations.csv").set_index("proxy")
    assert correlations.loc["params_nonembedding", "tau_params_nonembedding"] == 1
    assert "Lower is better: lm1b_test_perplexity. Tau is with their negatives." in out
    targets = pd.read_csv(lists / "gpt2_lm1b.csv")["lm1b_test_perplexity"]
    sizes = known[known["proxy"] == "params_nonembedding"].set_index("index")["score"]
    expected = kendalltau(sizes, -targets[sizes.index]).statistic
    assert correlations.loc["params_nonembedding", "tau"] == pytest.approx(expected)
    strata = pd.read_csv(lists.parent / "out" / "strata.csv")
    assert set(strata["by"]) == {"params_nonembedding", "lm1b_test_perplexity"}
    assert run(lists, "--proxy", "all") == 0
    assert "scores are already stored" in capsys.readouterr().err


def test_a_proxy_that_was_named_and_applies_nowhere_is_a_failure(lists: Path) -> None:
    assert run(lists, "--proxy", "synflow") == 1
    assert run(lists, "--proxy", "l2_norm") == 0


def test_scores_know_the_file_of_tokens_that_they_read(
    lists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = lists.parent / "text.npz"
    np.savez(path, tokens=np.random.default_rng(0).integers(0, 50264, (8, 33)))
    assert run(lists, "--proxy", "snip[batch=4]", "--tokens", str(path)) == 0
    assert "Input: tokens of text.npz; read by snip[batch=4]" in capsys.readouterr().out
    assert run(lists, "--proxy", "snip[batch=4]") == 0
    rows = query_store(
        lists.parent / "s.sqlite", "SELECT DISTINCT inputs FROM scores ORDER BY inputs"
    )
    keys = [key for (key,) in rows]
    assert keys[0] == ""
    assert keys[1].startswith("tokens:")
    assert keys[2] == "uniform:1"
    other = lists.parent / "other.npz"
    np.savez(other, tokens=np.full((8, 33), 50264))
    assert run(lists, "--proxy", "snip[batch=4]", "--tokens", str(other)) == 2
    assert "tokens from 50264 to 50264" in capsys.readouterr().err


def test_images_are_not_for_networks_of_tokens_nor_the_other_way_round(
    lists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(lists, "--images", "noise") == 2
    assert "the networks of gpt2_lm1b take tokens: leave out --images" in capsys.readouterr().err
    assert main(["--tokens", "uniform", "--out", str(lists.parent / "o")]) == 2
    assert "the networks of nb201 take images: leave out --tokens" in capsys.readouterr().err


def test_blocks_that_are_computed_again_change_no_derivative(
    lists: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    benchmark = Gpt2Lm1b()
    benchmark.table(lists)
    from harness.scoring.inputs import network_inputs

    dataset = benchmark.datasets["lm1b"]
    given = network_inputs(Uniform(), 0, dataset, "float64", "cpu")

    def gradients() -> dict[str, torch.Tensor]:
        passes = BenchmarkPasses(benchmark.network(0, 0, 0).double(), given, dataset)
        view = passes.view(neutral=False)
        return {name: g for name, (_, g) in loss_gradient(view, given, batch=3).weights.items()}

    kept = gradients()
    monkeypatch.setattr("proxies.passes.loss.FIRST_ORDER", 0)
    again = gradients()
    assert set(kept) == set(again)
    assert all(torch.allclose(kept[name], again[name]) for name in kept)
    assert all(bool(one.any()) for one in kept.values())


def test_snip_is_that_of_the_layers_of_blocks(lists: Path) -> None:
    """Embeddings, and the softmax that shares their weights, are no layers."""
    benchmark = benchmarks_data.get("gpt2_lm1b")
    benchmark.table(lists)
    from benchmarks_data.listed import listing_of
    from harness.scoring.inputs import network_inputs

    job = Job("gpt2_lm1b", "lm1b", Uniform(), "float64", listing=listing_of(benchmark))
    (score,) = score_task(job, Task(1, 0, ("snip[batch=2]",)))
    given = network_inputs(Uniform(), 0, benchmark.datasets["lm1b"], "float64", "cpu")
    network = benchmark.network(1, 0, 0).double()
    log_probabilities = network(given.images(2))
    loss = -log_probabilities[torch.arange(2), given.labels(2)].mean()
    layers = [m.weight for m in network.modules() if isinstance(m, torch.nn.Linear)]
    gradients = torch.autograd.grad(loss, layers)
    pairs = zip(layers, gradients, strict=True)
    expected = sum(float((weight * gradient).abs().sum().detach()) for weight, gradient in pairs)
    assert score.score == pytest.approx(expected)
