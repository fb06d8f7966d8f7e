"""Plugins: proxies from a file outside the project, the good and the bad."""

import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import proxies
from benchmarks_data.errors import InputError
from harness import report
from harness.run import main
from proxies import registry

AGGREGATES = '''
from __future__ import annotations
from dataclasses import dataclass
from proxies import aggregate, proxy

@dataclass
class Factor:
    value: float = 1.5

@proxy("heavier", reads="network")
def heavier(built):
    """Changes the weights of the network that it is handed."""
    for parameter in built[0].parameters():
        parameter.data *= Factor().value
    return 1.0

@aggregate("agg_raise", of=("synflow", "params"))
def agg_raise(ranks):
    """Raises an error."""
    raise RuntimeError("no")

@aggregate("agg_nan", of=("synflow", "params"))
def agg_nan(ranks):
    """Returns no number."""
    return ranks[:, 0] * float("nan")

@aggregate("agg_shape", of=("synflow", "params"))
def agg_shape(ranks):
    """Returns another shape."""
    return ranks
'''
GOOD = '''
from proxies import proxy

@proxy("half_params", reads="cost")
def half_params(cost):
    """Half of the number of parameters."""
    return cost.params / 2
'''
EXITS = '''
import sys
from proxies import aggregate, proxy

@proxy("exits", reads="cost")
def exits(cost):
    """Ends the process."""
    sys.exit(9)

@aggregate("agg_exits", of=("params", "flops"))
def agg_exits(ranks):
    """Ends the process."""
    sys.exit(9)
'''
BAD = '''
from proxies import proxy

def leave_hook(built):
    """Leaves a hook behind and takes another mode."""
    built[0].register_forward_hook(lambda *_: None)
    return 1.0

def fail(cost):
    """Raises an error."""
    raise KeyError("missing")

def leave_hook_and_fail(built):
    """Leaves a hook behind and raises an error."""
    built[0].register_forward_hook(lambda *_: None)
    raise RuntimeError("half-way")

def replace_weight(built):
    """Gives the network another weight."""
    layer = next(module for module in built[0].modules() if hasattr(module, "weight"))
    layer.weight = type(layer.weight)(layer.weight.detach() + 1)
    return 1.0

def overwrite_weight(built):
    """Adds to a weight in place."""
    next(built[0].parameters()).detach().add_(1)
    return 1.0

proxy("bad_replaced", reads="network")(replace_weight)
proxy("bad_overwritten", reads="network")(overwrite_weight)
proxy("bad_hook", reads="network")(leave_hook)
proxy("bad_half", reads="network")(leave_hook_and_fail)
proxy("bad_raise", reads="cost")(fail)
WRONG = {"bad_nan": float("nan"), "bad_text": "12", "bad_bool": True, "bad_none": None}
for name, value in WRONG.items():
    def give(cost, value=value):
        """Returns what is no number."""
        return value
    proxy(name, reads="cost")(give)
def tensor(built):
    """Returns a tensor."""
    return next(built[0].parameters()).sum()
proxy("bad_tensor", reads="network")(tensor)
'''


@pytest.fixture(autouse=True)
def _isolated_registry() -> Iterator[None]:
    with registry.isolated():
        yield


def run(folder: Path, plugin: str, names: list[str], *more: str) -> tuple[int, pd.DataFrame]:
    path = folder / "plugin.py"
    path.write_text(plugin)
    command = [
        "--plugin",
        str(path),
        "--proxy",
        *names,
        "--archs",
        "3",
        "--store",
        str(folder / "s.sqlite"),
        "--out",
        str(folder),
        "--workers",
        "1",
    ]
    return main([*command, *more]), pd.read_csv(folder / "scores.csv") if (
        folder / "scores.csv"
    ).exists() else pd.DataFrame()


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


def test_bad_proxies_cost_only_their_own_scores(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [
        "bad_hook",
        "bad_half",
        "bad_raise",
        "bad_nan",
        "bad_text",
        "bad_bool",
        "bad_none",
        "bad_tensor",
    ]
    names += ["bad_replaced", "bad_overwritten"]
    status, scores = run(tmp_path, BAD, [*names, "synflow"])
    assert status == 1, "a proxy without any score is a failure"
    reasons = scores.drop_duplicates("proxy").set_index("proxy")["status"]
    assert set(reasons[["bad_hook", "bad_replaced", "bad_overwritten"]]) == {
        "error: the proxy left hooks, another mode or other weights behind"
    }
    assert reasons["bad_half"] == "error: RuntimeError: half-way"
    assert reasons["bad_raise"] == "error: KeyError: 'missing'"
    assert reasons["bad_nan"] == "undefined: the formula gives NaN"
    assert reasons["bad_text"] == "error: TypeError: the proxy returned a str, not a number"
    assert reasons["bad_tensor"] == "error: TypeError: the proxy returned a Tensor, not a number"
    assert reasons[["bad_bool", "bad_none"]].str.contains("not a number").all()
    assert (scores[~scores["proxy"].isin(names)]["status"] == "ok").all()
    assert scores[scores["proxy"].isin(names)]["score"].isna().all()
    assert (
        "bad_raise: 3 of 3 scores are missing, most often: error: KeyError"
        in capsys.readouterr().err
    )


def test_a_proxy_that_changes_the_network_changes_no_other_score(tmp_path: Path) -> None:
    _, alone = run(tmp_path, GOOD, ["synflow"])
    (tmp_path / "s.sqlite").unlink()
    _, after = run(tmp_path, AGGREGATES, ["heavier", "synflow"])
    found, expected = (
        frame[frame["proxy"] == "synflow"]["score"].tolist() for frame in (after, alone)
    )
    assert found == expected


def test_bad_aggregates_cost_only_their_own_scores(tmp_path: Path) -> None:
    names = ["agg_raise", "agg_nan", "agg_shape"]
    status, scores = run(tmp_path, AGGREGATES, [*names, "mean_rank[of=synflow+params]"])
    assert status == 1
    reasons = scores.drop_duplicates("proxy").set_index("proxy")["status"]
    assert reasons["agg_raise"] == "error: RuntimeError: no"
    assert reasons["agg_nan"] == "undefined: the formula gives NaN"
    assert (
        reasons["agg_shape"] == "error: ValueError: the aggregate returned shape (3, 2), not (3,)"
    )
    assert scores[scores["proxy"].isin(names)]["score"].isna().all()
    assert (scores[~scores["proxy"].isin(names)]["status"] == "ok").all()


@pytest.mark.parametrize(
    ("plugin", "reason"),
    [
        ("raise RuntimeError('no')", "RuntimeError: no"),
        ("def broken(:", "SyntaxError"),
        ("x = 1", "it registers no proxy and defines no BENCHMARK of its own"),
        (GOOD.replace("half_params", "synflow"), "already registered"),
        (GOOD + GOOD.replace("half_params", "zeros"), "already registered"),
        ("import sys; sys.exit(5)", "SystemExit"),
        (
            AGGREGATES.replace('"synflow", "params"', '"synflow", "nothing"'),
            "combines unknown proxies: nothing",
        ),
    ],
)
def test_a_plugin_that_cannot_be_loaded_is_refused(
    tmp_path: Path, plugin: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = proxies.registered()
    status, scores = run(tmp_path, plugin, ["synflow"])
    assert status == 2
    assert scores.empty
    shown = capsys.readouterr().err
    assert "plugin.py cannot be loaded: " in shown
    assert reason in shown
    assert shown.count("\n") == 1
    assert proxies.registered() == before


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_proxy_that_exits_costs_its_own_scores(tmp_path: Path, workers: str) -> None:
    status, scores = run(tmp_path, EXITS, ["exits", "agg_exits"], "--workers", workers)
    assert status == 1
    reasons = scores.drop_duplicates("proxy").set_index("proxy")["status"]
    assert reasons["exits"] == reasons["agg_exits"] == "error: SystemExit: 9"
    assert reasons["params"] == "ok"


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
