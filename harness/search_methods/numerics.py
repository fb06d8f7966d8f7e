"""How the numerics of a supernet are written down, and where they make sensitivities meaningless.

Needs no torch.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from proxies.passes.objectives import SCALES, SIGNS, WEIGHTS, Numerics

#: What tables say of a search whose sensitivities are meaningless.
ROUNDING = "rounding errors choose"


def meaningless(space: str, objective: str, numerics: Numerics) -> str:
    """Return why a setting's sensitivities say nothing although they are numbers, empty when they
    do.

    In the DARTS supernet every term of a node ends in a normalisation without a scale, or is a copy
    of a node: its channels have mean 0 over batch and space, the average over space before the
    classifier takes that mean, and the sum of logits is the sum of the classifier's biases whatever
    the gates are.
    """
    if (space, objective, numerics.batchnorm) == ("darts", "synflow", "train"):
        return (
            "synflow on darts with batchnorm=train: the sum of logits does not depend on the "
            "gates; every sensitivity is 0 but "
            "for rounding errors, which choose; the authors' notebook does the same "
            "(docs/freedarts.md)"
        )
    return ""


def say_meaningless(prog: str, searched: Iterable[tuple[str, str, Numerics]]) -> list[str]:
    """Print to stderr why searches of (space, objective, numerics) say nothing, each reason once,
    and return the reasons.
    """
    reasons = sorted({meaningless(*one) for one in searched} - {""})
    for reason in reasons:
        print(f"{prog}: {reason}", file=sys.stderr)
    return reasons


def numbers_of(objective: str, numerics: Numerics) -> dict[str, Any]:
    """Return the numerics of a setting as plain values.

    What differs from the implied ones, alpha and batchnorm always.
    """
    implied, values = _implied(objective, numerics.alpha), asdict(numerics)
    if numerics.alpha == "ones":  # which have no sign
        values["signs"] = implied["signs"]
    if objective == "synflow":  # whose weights are absolute in any case
        values["weights"] = implied["weights"]
    return {name: value for name, value in values.items() if value != implied.get(name)}


def numerics_in(objective: str, values: dict[str, Any]) -> Numerics:
    """Return the numerics that :func:`numbers_of` gave *values* for."""
    return Numerics(**{**_implied(objective, values["alpha"]), **values})


def _implied(objective: str, alpha: str) -> dict[str, Any]:
    absolute = objective == "synflow"
    return {"gate_scale": SCALES[alpha], "signs": SIGNS[absolute], "weights": WEIGHTS[absolute]}
