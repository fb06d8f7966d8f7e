"""What an evaluation refuses, in one line each."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from torch import nn

import benchmarks_data
from benchmarks_data.errors import InputError
from harness.runs.evaluation import evaluate
from tests.evaluating import Tiny, weights


@pytest.mark.parametrize(
    ("frame", "complaint"),
    [
        (pd.DataFrame({"cifar10_test": [1.0, 2.0]}, index=[3, 3]), "two rows of architecture 3"),
        (pd.DataFrame({"cifar10_test": [1.0]}, index=[15625]), "row 0: 15625 is no architecture"),
        (pd.DataFrame({"cifar10_test": [1.0]}, index=[1.5]), "row 0: 1.5 is no architecture"),
        (pd.DataFrame({"cifar10_test": [1.0]}, index=["a"]), "row 0"),
        (pd.DataFrame({"cifar10_test": ["a"]}), "something else than numbers"),
        (pd.DataFrame({"cifar10_test": [101.0]}), "from 0 to 100 percent"),
        (pd.DataFrame({"cifar10_test": [np.inf]}), "infinity"),
        (pd.DataFrame({"../up": [1.0]}), "a name is text of letters"),
        (pd.DataFrame({"index": [1]}), "no column of a target"),
        (pd.DataFrame(), "no row"),
        (
            pd.DataFrame({"index": [1], "arch": [None], "cifar10_test": [1.0]}),
            "row 0: None is no architecture",
        ),
    ],
)
def test_a_frame_that_is_no_table_is_refused(frame: pd.DataFrame, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        evaluate("params", archs="all", table=frame)


def nameless(network: nn.Module) -> float:
    raise AssertionError(network)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"proxies": "naswto"}, "did you mean 'naswot'"),
        ({"proxies": []}, "proxies: the list is empty"),
        ({"proxies": 5}, "proxies: expected names or functions, not 5"),
        ({"proxies": [lambda *_: 1.0]}, "define it with a name"),
        ({"proxies": nameless}, "does not take \\(network, inputs\\)"),
        ({"proxies": [weights, lambda: 0]}, "define it with a name"),
        ({"benchmark": "nb202"}, "did you mean 'nb201'"),
        ({"benchmark": object()}, "benchmark: object lacks name"),
        ({"archs": []}, "archs: the list is empty"),
        ({"archs": [3, "x"]}, "archs, item 1"),
        ({"archs": [15625]}, "archs, item 0: 15625 is no architecture of nb201"),
        ({"archs": [True]}, "archs, item 0: True is no"),
        ({"archs": [1.5]}, "archs, item 0: 1.5 is no"),
        ({"archs": 0}, "archs: expected a whole number from 1 on, not 0"),
        ({"archs": "no-such-file"}, "archs no-such-file: expected 'all'"),
        ({"archs": 20000}, "archs 20000: population 'all' has 8"),
        ({"dataset": "mnist"}, "unknown dataset of nb201: 'mnist'"),
        ({"target": "cifar10_tset"}, "did you mean 'cifar10_test'"),
        ({"target": 3}, "target: expected names of columns, not 3"),
        ({"table": "/no/such/folder"}, "with table or NAS_TABLES"),
        ({"table": 3}, "table: expected a name or a path, not 3"),
        ({"population": "some"}, "unknown population 'some'"),
        ({"seeds": 0}, "seeds: expected a whole number from 1 on, not 0"),
        ({"batches": 1.5}, "batches: expected a whole number"),
        ({"workers": True}, "workers: expected a whole number"),
        ({"images": "none.npz"}, "cannot read images none.npz"),
        ({"device": "gpu"}, "device 'gpu' is unknown"),
        ({"dtype": "float16"}, "unknown dtype 'float16'"),
        ({"against": "naswot"}, "against naswot: it is not among the scores"),
        ({"focus": "naswot"}, "focus naswot: it is not among the scores"),
        ({"focus": 3}, "focus: expected a name, not 3"),
        ({"progress": 1}, "progress: expected a function"),
        ({"store": 1}, "store: expected a name or a path, not 1"),
    ],
)
def test_bad_input_is_one_line(
    given: dict[str, Any], complaint: str, trained: pd.DataFrame
) -> None:
    with pytest.raises(InputError, match=complaint) as caught:
        evaluate(**{"proxies": "params", "archs": 3, "table": trained, **given})
    assert "\n" not in str(caught.value)
    assert "--" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_names_that_are_taken_are_refused(trained: pd.DataFrame) -> None:
    def synflow(network: nn.Module, inputs: Any) -> float:  # noqa: ARG001
        return 0.0

    class Other(Tiny):
        name = "nb201"

    with pytest.raises(InputError, match="another proxy called synflow"):
        evaluate(synflow, archs=3)
    with pytest.raises(InputError, match="there is another one called nb201"):
        evaluate("params", benchmark=Other(), archs=3)
    registered = benchmarks_data.get("nb201")
    called = evaluate("params", benchmark=registered, archs=3, table=trained)
    assert called.results.benchmark == "nb201"
