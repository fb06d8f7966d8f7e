"""Networks such as callers of harness.score have, small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

import harness
from benchmarks_data.benchmark import Dataset
from harness.scoring.inputs import network_inputs
from harness.scoring.natural import CURRENT
from proxies.status import OK


class Plain(nn.Module):
    """Convolutions with biases and functional ReLUs."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.second = nn.Conv2d(8, 12, 3, stride=2, padding=1)
        self.classifier = nn.Linear(12, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.first(x))
        x = self.second(x)
        x = x.relu_()
        logits: Tensor = self.classifier(x.mean((2, 3)))
        return logits


class Block(nn.Module):
    """A residual block that adds in place, as torchvision's do."""

    def __init__(
        self, inputs: int, outputs: int, act: Callable[[], nn.Module], stride: int
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.act = act()
        self.down = (
            nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )
            if inputs != outputs
            else nn.Identity()
        )

    def forward(self, x: Tensor) -> Tensor:
        out = self.bn2(self.conv2(self.act(self.bn1(self.conv1(x)))))
        out += self.down(x)
        result: Tensor = self.act(out)
        return result


def inplace_relu() -> nn.Module:
    return nn.ReLU(inplace=True)


class ResNet(nn.Module):
    def __init__(self, act: Callable[[], nn.Module] = inplace_relu, width: int = 4) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), act()
        )
        self.layer1 = Block(width, width, act, 1)
        self.layer2 = Block(width, 2 * width, act, 2)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(2 * width, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(self.layer2(self.layer1(self.stem(x))))
        logits: Tensor = self.fc(x.flatten(1))
        return logits


def depthwise() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, 2, 1, bias=False),
        nn.BatchNorm2d(8),
        nn.SiLU(inplace=True),
        nn.Conv2d(8, 8, 3, 1, 1, groups=8, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU6(inplace=True),
        nn.Conv2d(8, 16, 1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(16, 10),
    )


def mlp(dropout: float = 0.0) -> nn.Module:
    return nn.Sequential(
        nn.Flatten(), nn.Linear(192, 16), nn.ReLU(), nn.Dropout(dropout), nn.Linear(16, 10)
    )


class Vit(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 16, 4, 4)
        self.position = nn.Parameter(torch.zeros(1, 4, 16))
        self.encoder = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, activation="gelu")
        self.norm = nn.LayerNorm(16)
        self.head = nn.Linear(16, 10)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2) + self.position
        logits: Tensor = self.head(self.norm(self.encoder(tokens)).mean(1))
        return logits


class Gpt(nn.Module):
    """A decoder of one layer, whose head shares the weights of the embedding."""

    def __init__(self, words: int = 30, width: int = 16) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(width, words, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.embedding(tokens)
        q, k, v = self.qkv(self.norm1(x)).chunk(3, -1)
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.drop(self.out(mixed))
        x = x + self.down(functional.gelu(self.up(self.norm2(x))))
        logits: Tensor = self.head(x)
        return logits


class Dead(nn.Module):
    """One layer is never run, and what another puts out is not used."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.never = nn.Conv2d(8, 8, 3)
        self.unused = nn.Conv2d(8, 8, 3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.norm(self.first(x)))
        self.unused(x)
        logits: Tensor = self.head(self.pool(x).flatten(1))
        return logits


class Shared(nn.Module):
    """One convolution runs twice."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.twice = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)
        self.relu = nn.ReLU()
        self.head = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.first(x))
        for _ in range(2):
            x = self.relu(self.twice(x))
        logits: Tensor = self.head(x.mean((2, 3)))
        return logits


SQUARE: dict[str, Any] = {"image_shape": (3, 8, 8)}
STAGES = ["stem", "layer1", "layer2"]


def text() -> dict[str, Any]:
    stream = torch.Generator().manual_seed(0)
    tokens, labels = (torch.randint(30, (8, 6), generator=stream) for _ in range(2))
    return {"inputs": {"tokens": tokens}, "labels": labels}


#: What makes a network, and the arguments of harness.score beside it.
NETWORKS: dict[str, tuple[Callable[[], nn.Module], dict[str, Any]]] = {
    "plain": (Plain, SQUARE),
    "resnet": (ResNet, {**SQUARE, "stages": STAGES, "operations": ["layer1", "layer2"]}),
    "resnet of gelu": (lambda: ResNet(nn.GELU), {**SQUARE, "stages": STAGES}),
    "depthwise": (depthwise, SQUARE),
    "mlp": (mlp, SQUARE),
    "vit": (Vit, SQUARE),
    "gpt": (Gpt, text()),
    "not square": (ResNet, {"image_shape": (3, 8, 12), "stages": STAGES}),
    "dead": (Dead, SQUARE),
    "shared": (Shared, SQUARE),
    "dropout": (lambda: mlp(0.5), SQUARE),
}


def made(name: str) -> tuple[nn.Module, dict[str, Any]]:
    """A network of the seed 0 and its arguments."""
    make, arguments = NETWORKS[name]
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        return make(), arguments


def score(name: str, proxy: str, **arguments: Any) -> float:
    """The score of a network of NETWORKS, which must have one."""
    network, known = made(name)
    row = harness.score(network, proxy, **{**known, **arguments}).iloc[0]
    assert row["status"] == OK, row["status"]
    return float(row["score"])


def batch(size: int, side: int = 8) -> tuple[Tensor, Tensor]:
    inputs = network_inputs(CURRENT, 0, Dataset(10, side), "float32", "cpu")
    return inputs.images(size), inputs.labels(size)
