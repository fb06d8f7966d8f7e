"""Runs without a command line: from plain options to results."""

from pathlib import Path

import pytest

from harness.computing.local import Local
from harness.run import options_of, parser
from harness.runs.conduct import Due, Work, conducted
from harness.runs.plan import RunOptions, first_named, make_plan
from harness.scoring.store import Store


def test_the_defaults_of_the_command_line_are_those_of_the_options() -> None:
    given = options_of(parser().parse_args([]), ())
    assert given == RunOptions(proxies=["zeros"])


def test_options_are_planned_scored_and_analysed_in_silence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    plan = make_plan(RunOptions(proxies=["params"], archs="5", out=tmp_path / "out"))
    begun: list[Due] = []
    with Store(tmp_path / "scores.sqlite") as store:
        works = [Work(plan.requests, store, Local(1))]
        results, settings = conducted(
            plan, works, lambda due, _: begun.append(due), lambda _total, _what, batches: batches
        )
    assert settings["scored_now"]["tasks"] == len(begun[0][0][1]) == 5
    assert settings["scored_now"]["failed"] == 0
    assert set(results.orders) == {"params", "flops", "live_params", "live_convs", "layers"}
    assert results.of(plan.targets[0])["n"].tolist()[:4] == [5] * 4
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("names", "subject"),
    [
        (["synflow", "all"], "synflow"),
        (["all"], None),
        (["all", "synflow"], "synflow"),
        (["params", "all"], None),
        (["params", "zeros[aggregate=min]", "synflow"], "zeros[aggregate=min]"),
        (["flops", "params"], "flops"),
        (["zeros[aggregate=mean]"], "zeros"),
    ],
)
def test_the_first_proxy_that_is_named_is_in_focus(names: list[str], subject: str | None) -> None:
    assert first_named(names) == subject
