"""Whether a pass computes gradients is what its cost says."""

import pytest
from torch.autograd import graph

from harness.scoring.job import Job, Task
from harness.scoring.networks import build_network
from proxies.passes import PASSES
from proxies.view import cell_view
from tests.networks import inputs

OF_CELLS = [
    name
    for name, entry in PASSES.items()
    if not (entry.supernet or entry.transformers or entry.hands_out_network)
]
#: Small ones of the options that passes take.
SMALL = {"batch": 4, "repeats": 1, "entries": 1, "side": 8}


@pytest.mark.parametrize("name", OF_CELLS)
def test_a_pass_computes_gradients_where_its_cost_says_so(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    run = graph._engine_run_backward

    def counted(*args: object, **options: object) -> object:
        calls.append(args)
        return run(*args, **options)

    for module in (graph, __import__("torch").autograd):
        monkeypatch.setattr(module, "_engine_run_backward", counted)
    entry = PASSES[name]
    taken = {key: value for key, value in SMALL.items() if key in entry.options}
    network = build_network(Job("nb201", "cifar10"), Task(1462, 0, ()), "cpu")
    entry.function()(cell_view(network), inputs("float32", 8), **taken)
    assert bool(calls) == entry.gradients
