"""The regression of some proxies of a baseline, and of plugins."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.regress import main
from harness.regression.baseline import read
from proxies import registry
from tests.harness.baselines import changed, row, with_value

PLUGIN = '''
from proxies import proxy


@proxy("half_params", reads="cost")
def half_params(cost):
    """Half of the number of parameters."""
    return cost.params / 2
'''


@pytest.fixture(autouse=True)
def _isolated() -> Iterator[None]:
    with registry.isolated():
        yield


def regress(path: Path, *more: str) -> int:
    return main(["--baseline", str(path), "--workers", "1", *more])


def test_named_proxies_alone_are_compared_and_that_is_said(
    baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = row(baseline, "params", "score")
    path = changed(baseline, tmp_path, line, with_value(line, 1.0))
    summary = tmp_path / "s.md"
    assert regress(path, "--proxy", "flops", "synflow", "--markdown", str(summary)) == 0
    shown = capsys.readouterr().out
    assert "holds: 2 proxies, 5 architectures" in shown
    assert "not compared: 2 other proxies of the baseline" in shown
    assert "new, not compared" not in shown
    assert "Not compared: 2 other proxies of the baseline." in summary.read_text()
    assert regress(path, "--proxy", "params") == 1
    assert "drift: params: 1 of 5 scores moved" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("synflo", "unknown proxy 'synflo': did you mean 'synflow'?"),
        ("zen", "unknown proxy of the baseline"),
        ("zeros[aggregate=min]", "unknown proxy of the baseline"),
    ],
)
def test_a_proxy_that_the_baseline_does_not_have_is_one_line(
    name: str, complaint: str, baseline: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert regress(baseline, "--proxy", name) == 2
    shown = capsys.readouterr().err
    assert complaint in shown
    assert shown.count("\n") == 1


def test_a_plugin_has_a_baseline_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plugin, path = tmp_path / "mine.py", tmp_path / "b.csv"
    plugin.write_text(PLUGIN)
    mine = ["--plugin", str(plugin), "--proxy", "half_params"]
    assert regress(path, "--update", "--archs", "3", *mine) == 0
    assert list(read(path).taus) == ["half_params"]
    capsys.readouterr()
    assert regress(path, *mine) == 0
    shown = capsys.readouterr().out
    assert "holds: 1 proxy, 3 architectures" in shown
    assert "not compared" not in shown


def test_an_update_of_some_proxies_leaves_the_others_as_they_are(
    baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved, other = row(baseline, "params", "score"), row(baseline, "flops", "score")
    path = changed(baseline, tmp_path, moved, with_value(moved, 1.0))
    path = changed(path, tmp_path, other, with_value(other, 2.0))
    assert regress(path, "--update", "--proxy", "params", "live_convs") == 0
    shown = capsys.readouterr().out
    assert "changed: params: 1 of 5 scores moved" in shown
    assert "added: live_convs" in shown
    assert shown.count("changed:") == 1
    now = read(path)
    assert list(now.taus) == ["flops", "live_convs", "params", "synflow", "zeros"]
    assert row(path, "params", "score") == moved
    assert row(path, "flops", "score") == with_value(other, 2.0)
    before = path.read_bytes()
    assert regress(path, "--update", "--proxy", "params", "--archs", "4") == 2
    assert "leave --proxy out" in capsys.readouterr().err
    assert path.read_bytes() == before
