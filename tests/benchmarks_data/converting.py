"""What tests of conversion share."""

import pytest

from benchmarks_data.convert import main


def shown(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run a conversion that must be refused, and return its one line."""
    capsys.readouterr()
    assert main([*map(str, arguments)]) == 2
    text = capsys.readouterr().err
    assert text.count("\n") == 1, text
    return text
