"""What passes see of a network: all of a benchmark's, only the module of any other."""

import math
from pathlib import Path

import pytest
import torch

import proxies
from benchmarks_data.nb201 import space
from benchmarks_data.spaces.darts.genotype import genotype
from benchmarks_data.spaces.darts.network import Network as DartsNetwork
from harness.scoring import networks
from harness.scoring.job import Job, Task
from harness.scoring.networks import NetworkPasses, apply_formulas
from harness.scoring.store import Store
from proxies.passes import PASSES
from proxies.status import OK, failure
from proxies.view import NotApplicable, View, cell_view
from tests.networks import inputs, small

#: Proxies of a network's weights, and those of the operations of its cells.
OF_ANY_NETWORK = ("params", "flops", "synflow", "snip", "grasp", "fisher", "naswot", "meco", "zen")
OF_CELLS = ("live_params", "live_convs", "zeros", "zeros[objective=snip]", "zeros[objective=grasp]")
#: Smaller than by default, so that the tests are quick.
QUICK = {"batch": 4, "repeats": 1, "side": 8}


#: Both cells of a DARTS network: convolutions of the outputs of the two cells before.
CELL = dict.fromkeys(("normal", "reduce"), [["sep_conv_3x3", 0], ["dil_conv_3x3", 1]] * 4)


def scored(name: str, view: View) -> float:
    request = proxies.request(name)
    return float(
        request.score(
            *(
                PASSES[reading].function()(
                    view, inputs(), **{key: QUICK[key] for key, _ in options}
                )
                for reading, options in request.readings
            )
        )
    )


@pytest.mark.parametrize("name", OF_ANY_NETWORK)
def test_a_plain_view_has_the_scores_that_need_no_operations(name: str) -> None:
    net = small(space.cell(1))
    assert scored(name, View(net)) == pytest.approx(scored(name, cell_view(net)), rel=1e-9)


@pytest.mark.parametrize("name", OF_CELLS)
def test_what_needs_operations_says_that_they_are_unknown(name: str) -> None:
    with pytest.raises(NotApplicable, match="the operations of the network's cells"):
        scored(name, View(small(space.cell(1))))


def test_what_needs_stages_says_that_they_are_unknown() -> None:
    with pytest.raises(NotApplicable, match="the stages of the network"):
        scored("az_expressivity", View(small(space.cell(1))))


def test_no_operations_are_not_unknown_ones() -> None:
    view = View(small(space.cell(1)), known_operations=[])
    assert view.operations == []
    assert math.isnan(scored("zeros", view))


def darts() -> View:
    """A network whose stages put out pairs, with the precision of the inputs."""
    net = DartsNetwork(genotype(CELL), 10, 0, channels=4, cells=3).to(torch.float64)
    return View(net, known_stages=net.stages)


@pytest.mark.parametrize(
    "name",
    [
        *("synflow", "snip", "grasp", "fisher", "meco", "zen"),
        *("az_expressivity", "az_progressivity", "az_trainability"),
    ],
)
def test_stages_that_put_out_pairs_are_taken(name: str) -> None:
    assert math.isfinite(scored(name, darts()))


def test_of_a_pair_the_features_are_those_of_the_tensor_that_the_stage_computes() -> None:
    features = PASSES["stage_features"].function()(darts(), inputs(), batch=4)
    # The stem has 3 times 4 channels; a cell joins 4 nodes, whose channels double in cells 1 and 2.
    assert [len(spectrum) for spectrum in features.spectra] == [12, 16, 32, 64]
    assert len(features.gains) == 3


def test_a_score_that_a_network_cannot_have_is_final(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has a status of its own, and no later run tries again."""
    monkeypatch.setattr(networks, "cell_view", View)
    job, task = Job("nb201", "cifar10"), Task(1, 0, ("live_params", "params"))
    scores = apply_formulas(NetworkPasses(job, task), task)
    assert [score.status.partition(":")[0] for score in scores] == ["not applicable", OK]
    with Store(tmp_path / "scores.sqlite") as store:
        store.write(job, scores)
        requests = [proxies.request(name) for name in task.proxies]
        assert store.tasks_due(job, requests, [1], [0]) == []


def test_the_status_of_a_failure_is_an_error_unless_it_is_not_applicable() -> None:
    assert failure(NotApplicable("the score needs\na cell")) == (
        "not applicable: the score needs a cell"
    )
    assert failure(ValueError("no")) == "error: ValueError: no"
