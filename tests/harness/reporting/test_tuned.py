"""Scores with a prior that somebody has tuned are named wherever they stand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.analysis.combinations import ScoredRun
from harness.analysis.results import Results
from harness.analysis.units import Units
from harness.combining.choosing import choose_and_judge
from harness.combining.findings import sentences
from harness.fitting.findings import sentences as fitted_sentences
from harness.fitting.fitting import checked, fit_and_judge
from harness.fitting.judging import FITTED, TUNED
from harness.overview import main as overview
from harness.reporting.console import tell
from harness.reporting.publish import publish
from harness.reporting.run_document import run_document
from harness.reporting.tuned import tuned, tuned_sentences
from harness.search import main as search
from harness.terminal.listing import proxy_record
from proxies import proxy, registry, request
from tests.harness.searching import SMALL_BY_PROXY
from tests.results import SETTINGS, frame, results, table
from tests.runs import arguments

PRIOR = "swap[mu=0.6,sigma=0.1]"
SAID = (
    f"Tuned prior: {PRIOR} is not free of trained networks, as mu and sigma are a prior on size "
    "that somebody has tuned."
)


@pytest.fixture
def run() -> Results:
    """Four scores of 60 architectures, among them one that follows accuracy with a prior."""
    stream = np.random.default_rng(0)
    accuracy = stream.uniform(60, 95, 60)
    names = ("zeros", "swap", "params")
    scores = {name: list(stream.normal(size=60)) for name in names}
    return results(frame(**scores, **{PRIOR: list(accuracy)}), table(a_test_200ep=list(accuracy)))


def test_it_is_a_property_of_the_request_and_nothing_else_has_it() -> None:
    assert tuned(PRIOR) == "mu and sigma are a prior on size"
    plain = ["swap", *registry.registered(), "val12", "rank_fit[of=swap]", "nosuch[x=1]"]
    assert tuned_sentences(plain) == []
    assert tuned_sentences([PRIOR, *plain]) == [SAID]


def test_a_proxy_of_a_plugin_can_have_it_and_an_aggregate_has_that_of_its_components() -> None:
    with registry.isolated():

        @proxy("liked", reads="cost", tuned=lambda _: "it has weights")
        def liked(_: object) -> float:
            """A score with weights."""
            return 0.0

        assert tuned("vote[of=liked+synflow]") == "it has weights"
        (said,) = tuned_sentences(["liked", "mean_rank[of=liked+synflow]"])
    assert said == (
        "Tuned prior: liked, mean_rank[of=liked+synflow] are not free of trained networks, as it "
        "has weights that somebody has tuned."
    )


def test_a_report_and_the_console_say_it(
    run: Results, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert SAID in run_document(run, {"a_test_200ep": []}, SETTINGS).headline
    tell("prog", run, tmp_path)
    assert SAID in capsys.readouterr().out
    free = replace(run, scores=run.scores[run.scores["proxy"] != PRIOR])
    assert "Tuned" not in str(run_document(free, {"a_test_200ep": []}, SETTINGS).headline)


def test_an_overview_says_it_on_the_console_and_on_its_page(
    run: Results, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run").mkdir()
    scored = [proxy_record(request(name)) for name in run.orders]
    publish(run, tmp_path / "run", SETTINGS | {"proxies": scored})
    assert overview([str(tmp_path / "run"), "--out", str(tmp_path / "out")]) == 0
    assert f"- {SAID}" in capsys.readouterr().out.splitlines()
    assert SAID in (tmp_path / "out" / "overview.html").read_text().replace("<wbr>", "")


@pytest.fixture
def scored_runs(run: Results) -> list[ScoredRun]:
    accuracy = run.accuracy("a_test_200ep")
    scores = pd.DataFrame(run.orders)
    units = Units(pd.Series(range(60), index=scores.index), census=False)
    return [
        ScoredRun(name, name, "cifar10", "a_test_200ep", scores, accuracy, units)
        for name in ("nb201", "nats_sss")
    ]


def test_combinations_say_it(scored_runs: list[ScoredRun]) -> None:
    assert SAID in sentences(choose_and_judge(scored_runs, 2, "log_rank"))


def test_fits_say_it_and_call_no_such_score_training_free(scored_runs: list[ScoredRun]) -> None:
    judged = fit_and_judge(checked(scored_runs[0], ["zeros"], [8], 2, 0)).judged
    assert set(judged.loc[judged["kind"] == TUNED, "score"]) == {PRIOR}
    assert PRIOR not in set(judged.loc[judged["kind"] == FITTED, "against"])
    said = fitted_sentences(judged)
    assert said[0].endswith("are training-free, but for those with a tuned prior.")
    assert SAID in said
    (strongest,) = (one for one in said if one.startswith("Training-free, "))
    assert PRIOR not in strongest
    assert "the strongest of 3 scores" in strongest


@pytest.mark.figures
def test_a_search_by_it_says_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = ["--method", "first", *SMALL_BY_PROXY, "--proxy", PRIOR]
    assert search([*named, "--budget", "4", *arguments(tmp_path)]) == 0
    assert SAID in capsys.readouterr().out.splitlines()
    assert SAID in (tmp_path / "out" / "report.html").read_text().replace("<wbr>", "")
