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
