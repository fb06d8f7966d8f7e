"""What a proxy that reads ``network`` is handed: what the docstrings of the pass and Inputs say."""

import pytest
import torch
from torch import Tensor, nn

import harness
import proxies
from harness.scoring.job import Job, Task
from harness.scoring.networks import NetworkPasses, score_task
from proxies import registry
from proxies.passes.common import Inputs

READING = ("network", ())


def handed(index: int = 77, **job: str) -> tuple[nn.Module, Inputs]:
    passes = NetworkPasses(Job("nb201", "cifar100", **job), Task(index, 3, ("mine",)))
    (network, inputs), _ = passes.result(READING)
    return network, inputs


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_shapes_precision_and_mode_are_as_documented(dtype: str) -> None:
    network, inputs = handed(dtype=dtype)
    images, labels = inputs.images(5), inputs.labels(5)
    expected = getattr(torch, dtype)
    assert inputs.image_shape == (3, 32, 32)
    assert (images.shape, images.dtype, inputs.dtype) == ((5, 3, 32, 32), expected, expected)
    assert (labels.shape, labels.dtype) == ((5,), torch.int64)
    assert labels.min() >= 0
    assert labels.max() < 100
    assert network(images).shape == (5, 100)
    assert network.training
    for parameter in network.parameters():
        assert parameter.requires_grad
        assert (parameter.dtype, parameter.device) == (expected, inputs.device)


def test_batches_are_the_same_each_time_and_copies_and_parts_are_others() -> None:
    (_, inputs), (_, others) = handed(77), handed(3000)
    images = inputs.images(4)
    kept = images.clone()
    images.zero_()
    assert torch.equal(inputs.images(4), kept)
    assert torch.equal(others.images(4), kept)
    assert torch.equal(others.labels(4), inputs.labels(4))
    assert not (inputs.images(4, 1)[:, None] == kept[None]).flatten(2).all(2).any()


def test_random_numbers_depend_on_the_names_alone() -> None:
    _, inputs = handed()
    drawn = inputs.gaussian((2, 3), "a", 1)
    assert torch.equal(inputs.gaussian((2, 3), "a", 1), drawn)
    assert not torch.equal(inputs.gaussian((2, 3), "a", 2), drawn)
    assert inputs.stream("a").device == torch.device("cpu")


def test_what_a_proxy_does_to_the_network_reaches_no_other() -> None:
    def gone(pair: tuple[nn.Module, Inputs]) -> float:
        """Zero weights."""
        for parameter in pair[0].parameters():
            parameter.data.zero_()
        return 1.0

    def norm(pair: tuple[nn.Module, Inputs]) -> float:
        """Sum of absolute weights."""
        return sum(float(one.detach().abs().sum()) for one in pair[0].parameters())

    with registry.isolated():
        proxies.proxy("gone", reads="network")(gone)
        proxies.proxy("norm", reads="network")(norm)
        alone = score_task(Job("nb201", "cifar10"), Task(77, 0, ("norm",)))[0].score
        after = score_task(Job("nb201", "cifar10"), Task(77, 0, ("gone", "norm")))[1].score
    assert after == alone > 0


def test_an_own_network_comes_as_a_copy_in_evaluation_mode() -> None:
    class Tokens(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding, self.head = nn.Embedding(9, 4), nn.Linear(4, 9)

        def forward(self, tokens: Tensor) -> Tensor:
            logits: Tensor = self.head(self.embedding(tokens))
            return logits

    own = Tokens()
    seen: list[tuple[nn.Module, Inputs]] = []

    def look(pair: tuple[nn.Module, Inputs]) -> float:
        """Keeps what it gets."""
        seen.append(pair)
        pair[0](pair[1].images(3))
        return 1.0

    with registry.isolated():
        proxies.proxy("look", reads="network")(look)
        frame = harness.score(
            own,
            "look",
            inputs={"tokens": torch.zeros(6, 5, dtype=torch.int64)},
            labels=torch.zeros(6, 5, dtype=torch.int64),
        )
    assert frame["status"].tolist() == ["ok"]
    (network, inputs) = seen[-1]
    assert not network.training
    assert own.training
    assert all(one is not own for one in network.modules())
    assert inputs.images(3).tolist() == [0, 1, 2], "positions of samples"
    assert inputs.labels(3).shape == (3, 5)
