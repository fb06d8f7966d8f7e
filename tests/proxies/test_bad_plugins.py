"""Plugins that do wrong: it costs their own scores alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import proxies
from proxies import registry
from tests.proxies.plugins import AGGREGATES, GOOD, run

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
    for name, kind in (("bad_text", "str"), ("bad_tensor", "Tensor")):
        said = f"error: TypeError: the proxy returned a {kind}, not a number: float(...) makes one"
        assert reasons[name] == said
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
