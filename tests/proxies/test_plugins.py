"""Plugins: proxies from a file outside the project."""

import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import proxies
from benchmarks_data.errors import InputError
from harness import report
from harness.run import main
from proxies import registry
from tests.proxies.plugins import GOOD, run


@pytest.fixture(autouse=True)
def _isolated_registry() -> Iterator[None]:
    with registry.isolated():
        yield


def test_a_plugin_without_a_paper_is_no_trivial_baseline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plugin.py").write_text(GOOD)
    for more, expected in (
        (["--list"], "of a plugin, which names no paper;"),
        (["--describe", "half_params"], "none: of a plugin"),
    ):
        assert main(["--plugin", str(tmp_path / "plugin.py"), *more]) == 0
        shown = capsys.readouterr().out
        assert expected in shown
    assert "trivial baseline" not in shown


def test_a_report_on_a_plugin_s_run_says_what_it_lacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with registry.isolated():
        assert run(tmp_path, GOOD, ["half_params"])[0] == 0
    capsys.readouterr()
    assert report.main([str(tmp_path)]) == 2
    assert "unknown proxy 'half_params'" in (shown := capsys.readouterr().err)
    assert "if it is a plugin's, name the plugin with --plugin" in shown
    assert shown.count("\n") == 1


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_plugin_scores_in_every_process(tmp_path: Path, workers: str) -> None:
    status, scores = run(tmp_path, GOOD, ["half_params"], "--workers", workers)
    assert status == 0
    wide = scores.pivot(index="index", columns="proxy", values="score")
    assert (wide["half_params"] * 2 == wide["params"]).all()


def test_a_changed_plugin_is_scored_anew(tmp_path: Path) -> None:
    with registry.isolated():
        run(tmp_path, GOOD, ["half_params"])
    _, scores = run(tmp_path, GOOD.replace("/ 2", "/ 4"), ["half_params"])
    wide = scores.pivot(index="index", columns="proxy", values="score")
    assert (wide["half_params"] * 4 == wide["params"]).all()


def test_a_plugin_may_have_an_option_that_some_pass_has_too() -> None:
    @proxies.proxy("mine", reads="network", options={"batch": 32})
    def mine(_: object, *, batch: int) -> float:
        """The batch."""
        return float(batch)

    assert proxies.request("mine[batch=8]").score(None) == 8.0


@pytest.mark.parametrize(
    ("key", "spec", "word"),
    [("preset", ("plain", "fancy"), "fancy"), ("side", 8, "4"), ("batch", 32, "8")],
)
def test_a_plugin_may_take_such_an_option_among_others(
    key: str, spec: tuple[str, ...] | int, word: str
) -> None:
    @proxies.proxy("mine", reads="cost", options={key: spec})
    def mine(_: object, **options: object) -> float:
        """The length of an option."""
        return float(len(str(options[key])))

    assert proxies.request(f"mine[{key}={word}]").score(None) == len(word)


def test_a_plugin_that_does_not_take_such_an_option_is_refused() -> None:
    @proxies.proxy("mine", reads="cost", options={"preset": ("plain", "fancy")})
    def mine(_: object) -> float:
        """One."""
        return 1.0

    with pytest.raises(InputError, match="has no effect"):
        proxies.request("mine[preset=fancy]")


def test_an_aggregate_gets_its_default_components_in_their_order() -> None:
    @proxies.aggregate("difference", of=("synflow", "params"), open=True)
    def difference(ranks: np.ndarray) -> np.ndarray:
        """The first less the second."""
        return ranks[:, 0] - ranks[:, 1]

    assert [one.name for one in proxies.request("difference").components] == ["synflow", "params"]
    assert proxies.request("difference[of=params+synflow]").name == "difference"


def test_a_plugin_that_changes_during_a_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plugin.py"
    path.write_text(GOOD)
    checksum = proxies.load_plugin(path)
    assert proxies.load_plugin(path, checksum) == checksum
    with pytest.raises(
        InputError, match="has changed since the run began"
    ):  # as in a worker that starts later
        proxies.load_plugin(path, checksum + 1)


def test_plugins_are_found_through_their_entry_point(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "outside.py").write_text(GOOD)
    folder = tmp_path / "outside-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: outside\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text(
        "[zeros_harness.proxies]\nhalf = outside\nabsent = nowhere\n"
    )
    with registry.isolated():
        monkeypatch.syspath_prepend(str(tmp_path))
        assert proxies.registered()["half_params"].revision == zlib.crc32(GOOD.encode()), (
            "stored scores belong to this version"
        )
        assert proxies.problems() == [
            "plugin nowhere is left out: ModuleNotFoundError: No module named 'nowhere'"
        ]
        monkeypatch.undo()
    assert "half_params" not in proxies.registered()
    assert proxies.problems() == []


def test_two_plugins_with_one_name_are_refused_and_both_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = tmp_path / "one.py", tmp_path / "other.py"
    for path in (one, other):
        path.write_text(GOOD)
    with registry.isolated():
        proxies.load_plugin(one)
        with pytest.raises(InputError) as refused:
            proxies.load_plugin(other.rename(tmp_path / "third.py"))
    assert "third.py cannot be loaded" in str(refused.value)
    assert str(one) in str(refused.value)

    folder = tmp_path / "outside-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: outside\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[zeros_harness.proxies]\none = one\nthird = third\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    taken = r"plugin third: a proxy named 'half_params' is already registered, by .*one\.py: two"
    with pytest.raises(InputError, match=taken):
        proxies.registered()
