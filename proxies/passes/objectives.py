"""How a supernet's sensitivities can be measured: words that commands offer, and presets of them.

Needs no torch.
"""

from __future__ import annotations

from dataclasses import dataclass

OBJECTIVES = ("synflow", "snip", "grasp")
#: Gates of one value, or drawn from a normal distribution; and what they are multiplied by unless
#: told otherwise.
ALPHAS = ("ones", "normal")
SCALES = {"ones": 1.0, "normal": 1e-3}
#: Gates as they are drawn, or their absolute values; and the same of weights.
SIGNS = ("signed", "absolute")
WEIGHTS = ("drawn", "absolute")
BATCHNORMS = ("bypass", "train")
PRESETS = ("authors", "linearised")
#: What makes sensitivities useless: comparing them would then choose by position alone.
OVERFLOWN = "the sensitivities overflow: compute in float64, or with batchnorm=bypass"
VANISHED = "the gradients vanished: every sensitivity is 0"


@dataclass(frozen=True)
class Numerics:
    """How a supernet is set up before its sensitivities are taken.

    Attributes:
        alpha: one of ALPHAS, what gates are.
        gate_scale: the value of gates that are ones, or the standard deviation of normal ones.
        signs: one of SIGNS, of the gates.
        weights: one of WEIGHTS; the objective synflow takes absolute weights in any case.
        batchnorm: one of BATCHNORMS: normalisation by the batch's statistics, or none.
    """

    alpha: str
    gate_scale: float
    signs: str
    weights: str
    batchnorm: str


def preset(name: str, objective: str, space: str) -> Numerics:
    """Return what a preset says of an objective on a search space.

    ``linearised`` has gates of 1, and no normalisation under synflow. ``authors`` follows the
    notebooks of github.com/anonymous-submission1991/FreeDARTS: gates of 1e-3 times a normal number
    and normalisation by the batch's statistics everywhere. On NAS-Bench-201 synflow takes absolute
    gates and weights, snip and grasp take both as they are drawn; on the DARTS space all three take
    absolute weights and signed gates. On other spaces gates are signed, and weights as they are
    drawn but for synflow. docs/freedarts.md says which notebook says what, and what differs from
    them.
    """
    if name == "linearised":
        absolute = objective == "synflow"
        return Numerics(
            "ones",
            SCALES["ones"],
            SIGNS[absolute],
            WEIGHTS[absolute],
            "bypass" if absolute else "train",
        )
    weights = WEIGHTS[objective == "synflow" or space == "darts"]
    return Numerics(
        "normal",
        SCALES["normal"],
        SIGNS[(objective, space) == ("synflow", "nb201")],
        weights,
        "train",
    )


def changed(
    numerics: Numerics,
    *,
    alpha: str | None = None,
    gate_scale: float | None = None,
    signs: str | None = None,
    weights: str | None = None,
    batchnorm: str | None = None,
) -> Numerics:
    """Return *numerics* with what is given in place of its own.

    Another alpha brings its own scale.
    """
    scale = numerics.gate_scale if alpha in (None, numerics.alpha) else SCALES[str(alpha)]
    return Numerics(
        alpha or numerics.alpha,
        gate_scale or scale,
        signs or numerics.signs,
        weights or numerics.weights,
        batchnorm or numerics.batchnorm,
    )
