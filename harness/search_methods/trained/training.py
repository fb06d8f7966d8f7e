"""The bi-level training of a supernet: weights and alpha in turn, epoch by epoch."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import CosineAnnealingLR

from benchmarks_data import spaces
from benchmarks_data.initialisation import generator
from harness.search_methods.trained.choosing import chosen_by
from harness.search_methods.trained.growth import candidates, kept_with, next_operation
from harness.search_methods.trained.halves import Halves, halves_of
from harness.search_methods.trained.methods import SKIP, TRAINED
from harness.search_methods.trained.relaxed import (
    Batch,
    Judged,
    Relaxed,
    StepAhead,
    first_order,
    flooded,
    second_order,
)
from harness.search_methods.trained.setting import Setting
from harness.search_methods.trained.stored import fill, load_cosine, load_optimiser
from proxies.passes.common import batch_statistics

#: Standard deviation of alpha at the beginning, and the momenta of its Adam (the papers').
ALPHA_SCALE, ALPHA_BETAS = 1e-3, (0.5, 0.999)
#: What the rate is divided by when a trained supernet is tuned.
TUNING = 10


class Training:
    """A search under way.

    Attributes:
        setting: what it depends on.
        net: the supernet and alpha.
        halves: the images.
        rows: what each epoch came to, as plain values.
        entered: the operations of a growing supernet, in order; empty of others.
    """

    def __init__(self, setting: Setting) -> None:
        """Begin a search."""
        self.setting, self.method = setting, TRAINED[setting.method]
        space = spaces.get(setting.space)
        self.halves: Halves = halves_of(setting, space.datasets[setting.dataset])
        supernet = space.supernet(
            setting.dataset, setting.seed, channels=setting.channels, cells=setting.cells
        )
        dtype, device = self.halves.dtype, self.halves.device
        supernet.to(device, dtype)
        self.net = Relaxed(
            supernet,
            [
                drawn_alpha(setting.seed, number, len(choice.operations))
                .to(device, dtype)
                .requires_grad_()
                for number, choice in enumerate(supernet.choices)
            ],
        )
        self.stream = generator(setting.seed, "training")
        self.entered: list[str] = []
        self.rows: list[dict[str, Any]] = []
        self._begin(setting.rate, setting.epochs)

    def _begin(self, rate: float, epochs: int) -> None:
        """Set up optimisers that have seen nothing, and a cosine over the epochs that are left."""
        s = self.setting
        self.sgd = SGD(
            self.net.supernet.parameters(), rate, momentum=s.momentum, weight_decay=s.decay
        )
        self.adam = Adam(
            self.net.alpha, s.alpha_rate, betas=ALPHA_BETAS, weight_decay=s.alpha_decay
        )
        self.cosine = CosineAnnealingLR(self.sgd, epochs, min(rate, s.least_rate))

    def run_epoch(self) -> dict[str, Any]:
        """Train for an epoch, and return its row.

        Raises:
            FloatingPointError: a loss is no number any more.
        """
        started = time.perf_counter()
        with batch_statistics(self.net.supernet):
            entered = self._grow() if self.method.grows else ""
        row = {
            "epoch": len(self.rows) + 1,
            **self.train_epoch(),
            **self._standing(),
            "entered": entered,
        }
        row["seconds"] = time.perf_counter() - started
        self.rows.append(row)
        return row

    def train_epoch(self) -> dict[str, float]:
        """Go through the images of the weights once, and return losses, accuracies in percent, and
        the share of steps below the flood level.

        Raises:
            FloatingPointError: a loss is no number any more.
        """
        sums = _Sums()
        with batch_statistics(self.net.supernet), torch.enable_grad():
            for training, validation in self.halves.steps(self.setting.batch, self.stream):
                judged = self.train_alpha(training, validation)
                sums.alpha(judged.loss, judged.logits, validation)
                loss, logits = self.train_weights(training)
                sums.weights(loss, logits, training, self.setting.flood)
        self.cosine.step()
        return sums.means()

    def begin_tuning(self, epochs: int) -> None:
        """Go on with the weights by a tenth of the rate, as Wang et al. (ICLR 2021) do."""
        adam = self.adam
        self._begin(self.setting.rate / TUNING, epochs)
        self.adam = adam

    def train_alpha(self, training: Batch, validation: Batch) -> Judged:
        """Take a step of alpha.

        Raises:
            FloatingPointError: a gradient is no number.
        """
        decay = self.setting.beta * min(1.0, len(self.rows) / self.setting.epochs)
        if self.method.second_order:
            judged = second_order(self.net, training, validation, self._step_ahead(), decay)
        else:
            judged = first_order(self.net, validation, decay)
        if not all(bool(torch.isfinite(one).all()) for one in judged.gradients):
            raise FloatingPointError(
                f"the gradient of alpha is no number in epoch {len(self.rows) + 1}"
            )
        for alpha, gradient in zip(self.net.alpha, judged.gradients, strict=True):
            alpha.grad = gradient
        self.adam.step()
        return judged

    def train_weights(self, training: Batch) -> tuple[Tensor, Tensor]:
        """Take a step of the weights, and return the loss before it and the logits."""
        loss, logits = self.net.loss(training)
        if not bool(torch.isfinite(loss)):
            raise FloatingPointError(f"the loss is no number in epoch {len(self.rows) + 1}")
        weights = list(self.net.supernet.parameters())
        self.sgd.zero_grad()
        flooded(loss, self.setting.flood).backward(inputs=weights)  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(weights, self.setting.clip)
        self.sgd.step()
        return loss.detach(), logits.detach()

    def _step_ahead(self) -> StepAhead:
        group, states = self.sgd.param_groups[0], self.sgd.state
        buffers = {
            name: states[value]["momentum_buffer"]
            for name, value in self.net.weights.items()
            if states.get(value)
        }
        return StepAhead(
            group["lr"], group["momentum"], group["weight_decay"], buffers, self.setting.radius
        )

    def _grow(self) -> str:
        """Let an operation enter where one is due, and return its name."""
        epoch, choices = len(self.rows), self.net.supernet.choices
        if epoch % self.setting.enter_every or not candidates(choices, self.entered):
            return ""
        s = self.setting
        self._draw_absent()
        name = next_operation(
            self.net, self.entered, lambda: self.halves.batches(self.halves.weights, s.batch)
        )
        self.entered.append(name)
        self.net.supernet.gates.keep(kept_with(choices, self.entered))
        if epoch:
            self._begin(self.sgd.param_groups[0]["lr"], s.epochs - epoch)
        return name

    def _draw_absent(self) -> None:
        """Put alpha of what has not entered back to where it began; its decay has moved it."""
        kept = kept_with(self.net.supernet.choices, self.entered)
        for number, (alpha, row) in enumerate(zip(self.net.alpha, kept, strict=True)):
            drawn = drawn_alpha(self.setting.seed, number, len(row)).to(alpha)
            with torch.no_grad():
                alpha.copy_(torch.where(torch.tensor(row, device=alpha.device), alpha, drawn))

    def _standing(self) -> dict[str, Any]:
        """Return the operations that alpha stands for now, its mean entropy in nats, and how many
        skip connections it has.
        """
        with torch.no_grad():
            gates = [gate.tolist() for gate in self.net.gates()]
        choice = chosen_by(spaces.get(self.setting.space), gates, self.net.supernet.gates.kept)
        entropies = [-math.fsum(p * math.log(p) for p in row if p > 0) for row in gates]
        return {
            "entropy": math.fsum(entropies) / len(entropies),
            "skips": choice.operations.count(SKIP),
            "chosen": list(choice.operations),
            "order": list(choice.order),
        }

    def state(self) -> dict[str, Any]:
        """Return a copy of all that the rest of the search depends on: tensors and plain values."""
        state = {
            "alpha": [alpha.detach() for alpha in self.net.alpha],
            "weights": {name: value.detach() for name, value in self.net.weights.items()},
            "sgd": self.sgd.state_dict(),
            "adam": self.adam.state_dict(),
            "cosine": self.cosine.state_dict(),
            "stream": self.stream.get_state(),
            "entered": list(self.entered),
            "rows": self.rows,
        }
        return deepcopy(state)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state, which is left as it is.

        Raises:
            LookupError, TypeError, ValueError, RuntimeError, AttributeError: it is no state of this
                search.
        """
        state = deepcopy(dict(state))
        fill(self.net.alpha, state["alpha"])
        if not all(bool(torch.isfinite(alpha).all()) for alpha in self.net.alpha):
            raise ValueError("alpha is no number")
        weights = self.net.weights
        if set(weights) != set(state["weights"]):
            raise ValueError("the weights of another supernet")
        fill(list(weights.values()), [state["weights"][name] for name in weights])
        load_optimiser(self.sgd, state["sgd"], self.setting.rate)
        load_optimiser(self.adam, state["adam"], self.setting.alpha_rate)
        load_cosine(self.cosine, state["cosine"])
        if state["rows"] and len(self.adam.state) < len(self.net.alpha):
            raise ValueError("an optimiser of alpha that has taken no step")
        self.stream.set_state(state["stream"])
        self.entered, self.rows = list(state["entered"]), list(state["rows"])
        choices = self.net.supernet.choices
        everything = [kind for choice in choices for kind in choice.operations]
        self.net.supernet.gates.keep(kept_with(choices, self.entered or everything))


def drawn_alpha(seed: int, number: int, count: int) -> Tensor:
    """Return alpha of a choice at the beginning (count,): 1e-3 times normal."""
    return ALPHA_SCALE * torch.randn(count, generator=generator(seed, "alpha", number))


class _Sums:
    """Losses and right answers of an epoch, added up."""

    def __init__(self) -> None:
        self._sums = dict.fromkeys(
            ("weight_loss", "alpha_loss", "weight_right", "alpha_right"), 0.0
        )
        self._counts = {"weight": 0, "alpha": 0}
        self._steps = self._flooded = 0

    def _add(self, what: str, loss: Tensor, logits: Tensor, batch: Batch) -> None:
        count = len(batch.labels)
        self._counts[what] += count
        self._sums[f"{what}_loss"] += float(loss) * count
        self._sums[f"{what}_right"] += float((logits.argmax(1) == batch.labels).sum())

    def alpha(self, loss: Tensor, logits: Tensor, batch: Batch) -> None:
        self._add("alpha", loss, logits, batch)

    def weights(self, loss: Tensor, logits: Tensor, batch: Batch, level: float) -> None:
        self._add("weight", loss, logits, batch)
        self._steps += 1
        self._flooded += float(loss) < level

    def means(self) -> dict[str, float]:
        """Return mean losses, accuracies in percent, and the share of steps below the flood
        level.
        """
        means = {}
        for what, count in self._counts.items():
            means[f"{what}_loss"] = self._sums[f"{what}_loss"] / count
            means[f"{what}_accuracy"] = 100 * self._sums[f"{what}_right"] / count
        return {**means, "flooded": self._flooded / self._steps}
