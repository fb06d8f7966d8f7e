"""What the terminal says of results."""

from pathlib import Path

import pytest

from harness.analysis.results import Results
from harness.reporting.console import tell
from tests.results import frame, table


def test_the_terminal_says_of_which_targets_less_is_better(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    values = [3.0, 1.0, 2.0]
    scores = frame(zeros=[1.0, 2.0, 3.0])
    both = table(a_test_200ep=values, raspi4_latency=values)
    tell("prog", Results(scores, both, list(both.values), "all", "nb201"), tmp_path)
    assert "Lower is better: raspi4_latency. Tau is" in capsys.readouterr().out
    tell("prog", Results(scores, both, ["a_test_200ep"], "all", "nb201"), tmp_path)
    assert "Lower is better" not in capsys.readouterr().out


def test_the_subject_is_bold_and_its_verdict_is_printed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    scores = frame(zeros=[1.0, 2.0, 3.0], params=[1.0, 3.0, 2.0], jacov=[3.0, 2.0, 1.0])
    trained = table(a_test_200ep=[3.0, 1.0, 2.0])
    found = Results(scores, trained, ["a_test_200ep"], "all", "nb201", focus="jacov")
    tell("prog", found, tmp_path)
    printed = capsys.readouterr().out
    (row,) = (line for line in printed.splitlines() if "jacov " in line and "tau" not in line)
    assert "\x1b[1m" in row
    (other,) = (line for line in printed.splitlines() if "zeros " in line and "tau" not in line)
    assert "\x1b[1m" not in other
    assert "On only 3 architectures of nb201, jacov has Kendall's tau" in printed
