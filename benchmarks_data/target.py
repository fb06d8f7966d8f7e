"""What the name of a column of trained results says: the one place that reads such names.

A name is ``{dataset}_{split}[_{epochs}ep][_run{n}]`` for an accuracy in percent, or
``{dataset}_{attack}_{norm}_{size}[_run{n}]`` for one under attack, such as
``cifar10_fgsm_linf_1p0``. Any other name is that of a measurement, which may end in ``_run{n}``
too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

SPLITS = ("train", "valid", "test")
#: Another word for a split.
SPELLINGS = {"validation": "valid"}
#: How people write the names of datasets and splits.
WRITTEN = {
    "cifar10": "CIFAR-10",
    "cifar100": "CIFAR-100",
    "imagenet16-120": "ImageNet16-120",
    "svhn": "SVHN",
    "scifar100": "spherical CIFAR-100",
    "ninapro": "NinaPro",
    "valid": "validation",
    "train": "training",
}
#: How people write attacks, and the norms that bound them.
ATTACKS = {"fgsm": "FGSM", "pgd": "PGD", "apgd_ce": "APGD-CE", "square": "Square"}
NORMS = {"linf": "L-inf", "l2": "L2"}
#: Measurements of which less is better, by the last word of a name (the last but one where a unit
#: follows). To add one is all that a new kind of cost needs.
LESS_IS_BETTER = frozenset(
    {
        *("params", "flops", "gflops", "macs", "latency", "energy", "memory", "time", "seconds"),
        *("loss", "error", "perplexity"),
    }
)
#: Of these, what is known of an architecture before it is trained.
BEFORE_TRAINING = frozenset({"params", "flops", "gflops", "macs", "latency", "energy", "memory"})
#: The word before a cost that means its negative, as in ``neg_loss``.
NEGATED = "neg"

_RUN = re.compile(r"(?P<mean>.+)_run(?P<run>[0-9]{1,9})")
_ACCURACY = re.compile(
    rf"(?P<dataset>.+)_(?P<split>{'|'.join([*SPLITS, *SPELLINGS])})"
    r"(?:_(?P<epochs>[0-9]{1,9})ep)?"
)
#: The size of an attack is in steps of 255, with a p for the point.
_ATTACKED = re.compile(
    rf"(?P<dataset>.+)_(?P<attack>{'|'.join(ATTACKS)})_(?P<norm>{'|'.join(NORMS)})"
    r"_(?P<size>[0-9]{1,9}(?:p[0-9]{1,9})?)"
)
_LAST = "_last_epoch"


@dataclass(frozen=True)
class Target:
    """A column of trained results.

    Attributes:
        name: of the column.
        mean: the name without its run: the column that single runs are averaged in.
        dataset: that an accuracy was measured on; None for a measurement.
        split: of the dataset, one of SPLITS; None for a measurement, and under attack, where the
            name does not say it.
        epochs: of the training, None where the name does not say.
        run: the number of a single training run; None for a mean over runs.
        unit: ``%`` for an accuracy; None for a measurement, whose name does not tell it.
        higher_is_better: whether a search would look for the highest.
        attack: what images were changed by before an accuracy was measured, in words; else None.
    """

    name: str
    mean: str
    dataset: str | None = None
    split: str | None = None
    epochs: int | None = None
    run: int | None = None
    unit: str | None = None
    higher_is_better: bool = True
    attack: str | None = None

    @classmethod
    def parse(cls, name: str) -> Target:
        """Return what a column's *name* says; no name is refused."""
        return _parse(name)

    @property
    def is_accuracy(self) -> bool:
        """Whether it is an accuracy in percent, and not a measurement of another kind."""
        return self.split is not None or self.attack is not None

    @property
    def is_known_before_training(self) -> bool:
        """Whether it is a cost of the architecture, such as its latency, and no result of
        training.
        """
        return not (self.is_accuracy or self.higher_is_better) and (
            _cost(self.mean)[0] in BEFORE_TRAINING
        )

    @property
    def sign(self) -> int:
        """What values are multiplied by before scores are compared with them.

        -1 for a result of training of which less is better, such as a perplexity; else 1: costs
        that are known before training are taken as they are.
        """
        return 1 if self.higher_is_better or self.is_known_before_training else -1

    @property
    def label(self) -> str:
        """What it is in words: ``CIFAR-10 test accuracy, 200 epochs, run 1``."""
        if self.dataset and self.split:
            epochs = [] if self.epochs is None else [f"{self.epochs} epochs"]
            parts = [f"{_words(self.dataset)} {_written(self.split)} accuracy", *epochs]
        elif self.dataset and self.attack:
            parts = [f"{_words(self.dataset)} accuracy under {self.attack}"]
        else:
            minus = "minus " if self.sign < 0 else ""  # as it is compared with scores
            parts = [minus + _words(self.mean)]
        return ", ".join([*parts, *([] if self.run is None else [f"run {self.run}"])])

    def among(self, datasets: Iterable[str]) -> str | None:
        """Return the one of a benchmark's *datasets* that the name is or begins with, measurements
        included.
        """
        return next((name for name in datasets if f"{self.name}_".startswith(f"{name}_")), None)

    def is_single_run_of(self, other: Target) -> bool:
        """Return whether it is a training run of *other*, or of the mean that *other* is in."""
        return self.run is not None and self.mean == other.mean

    def is_other_split_of(self, other: Target) -> bool:
        """Return whether it is the accuracy of *other*'s trainings on another split."""
        return (
            self.split is not None
            and other.split is not None
            and self.split != other.split
            and (self.dataset, self.epochs, self.run) == (other.dataset, other.epochs, other.run)
        )

    def is_last_epoch_of(self, other: Target) -> bool:
        """Return whether it is of the last epoch of a training of which *other* is the best over
        epochs, as ``class_object_last_epoch`` is of ``class_object_top1``.
        """
        best = self.name.replace(_LAST, "")
        return _LAST in self.name and best in (other.name, other.name.removesuffix("_top1"))

    def is_shorter_training_than(self, other: Target) -> bool:
        """Return whether it is a mean accuracy on *other*'s dataset after fewer epochs."""
        return (
            self.is_accuracy
            and self.run is None
            and self.dataset == other.dataset
            and self.epochs is not None
            and other.epochs is not None
            and self.epochs < other.epochs
        )


def _written(word: str) -> str:
    return WRITTEN.get(word, word)


def _words(name: str) -> str:
    return " ".join(map(_written, name.split("_")))


@cache
def _parse(name: str) -> Target:
    single = _RUN.fullmatch(name)
    mean, run = (single["mean"], int(single["run"])) if single else (name, None)
    accuracy = _ACCURACY.fullmatch(mean)
    if attacked := _ATTACKED.fullmatch(mean):
        size = attacked["size"].replace("p", ".").removesuffix(".0")
        attack = f"{ATTACKS[attacked['attack']]}, {NORMS[attacked['norm']]} {size}/255"
        return Target(name, mean, attacked["dataset"], run=run, unit="%", attack=attack)
    if not accuracy:
        word, negated = _cost(mean)
        return Target(name, mean, run=run, higher_is_better=not word or negated)
    epochs = int(accuracy["epochs"]) if accuracy["epochs"] else None
    split = SPELLINGS.get(accuracy["split"], accuracy["split"])
    return Target(name, mean, accuracy["dataset"], split, epochs, run, "%")


def _cost(mean: str) -> tuple[str, bool]:
    """Return the word of a measurement's name of which less is better, and whether it is negated.

    The word is empty where there is none.
    """
    words = ["", *mean.split("_")]
    places = [place for place in (-1, -2) if words[place] in LESS_IS_BETTER]
    return (words[places[0]], words[places[0] - 1] == NEGATED) if places else ("", False)


def cost_columns(datasets: Iterable[str]) -> list[str]:
    """Return the columns of what an architecture costs on each dataset, as tables made from
    official files have them.
    """
    return [f"{dataset}_{cost}" for dataset in datasets for cost in ("params", "flops", "latency")]


def single_run(mean: str, run: int) -> str:
    """Return the column of a training run, numbered from 1, of those that *mean* averages."""
    return f"{mean}_run{run}"


def with_runs(mean: str, count: int) -> list[str]:
    """Return the columns of a mean and of its *count* single runs."""
    return [mean, *(single_run(mean, run) for run in range(1, count + 1))]
