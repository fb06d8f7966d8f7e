"""What passes require of any network, and how it is told that a network has not got it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from torch import nn

from proxies.passes.common import Inputs, layers_of
from proxies.passes.operators import BESIDE_PATTERNS, HOMOGENEOUS, LINEAR, MOVES_CHANNELS, RELUS
from proxies.view import Anatomy, NotApplicable, View


def _images(_: View, anatomy: Anatomy) -> str:
    return "" if anatomy.images else "the score is of networks that take images"


def _ones(_: View, anatomy: Anatomy) -> str:
    told = "the score sends an image of ones, and the network takes tokens: input=sample sends some"
    return "" if anatomy.images else told


def _stable(_: View, anatomy: Anatomy) -> str:
    return "the network gives another output each time" if anatomy.unstable else ""


def _deterministic(view: View, anatomy: Anatomy) -> str:
    if anatomy.random:
        return "the network draws random numbers in evaluation mode too"
    if told := _stable(view, anatomy):
        return told
    return "the network computes otherwise for a batch of another size" if anatomy.varies else ""


def _tensor(_: View, anatomy: Anatomy) -> str:
    return "" if anatomy.output else "the score is of the network's output, which is no tensor"


def _logits(_: View, anatomy: Anatomy) -> str:
    output = anatomy.output
    if output is not None and output[0] == 2 and len(output) == 2:
        return ""
    if output is not None and output[0] == 2 and not anatomy.images and len(output) == 3:
        return ""  # of every token
    shape = "no tensor" if output is None else f"{output} for 2 samples"
    return f"the score is of logits (batch, classes), and the output is {shape}"


def _layers(view: View, anatomy: Anatomy) -> str:
    layers = layers_of(view.module)
    if not layers:
        return "the score is of Conv2d and Linear modules, and there is none"
    for name, layer in layers.items():
        if not isinstance(dict(layer.named_parameters(recurse=False)).get("weight"), nn.Parameter):
            return f"the score is of layers' own weights, and those of {name} are computed"
    if anatomy.outside:
        return (
            f"the score is of Conv2d and Linear modules, and the network also multiplies by "
            f"{anatomy.outside} outside of them"
        )
    return ""


def _only_layers(_: View, anatomy: Anatomy) -> str:
    if anatomy.products:
        return (
            "the products of convolutions and linear layers are counted, and the network also "
            "multiplies activations by one another"
        )
    return ""


def _drawn(_: View, anatomy: Anatomy) -> str:
    if anatomy.other_parameters:
        return (
            "the score draws the weights of Conv2d and Linear modules, and the network has "
            f"others: {anatomy.other_parameters}"
        )
    return ""


def _untied(_: View, anatomy: Anatomy) -> str:
    if anatomy.tied:
        return (
            f"the score takes every layer's weight once, and two layers share one: {anatomy.tied}"
        )
    return ""


def _trainable(_: View, anatomy: Anatomy) -> str:
    if anatomy.frozen:
        return (
            f"the score differentiates by weights, and {anatomy.frozen} is frozen: set "
            "requires_grad"
        )
    return ""


def _relus(_: View, anatomy: Anatomy) -> str:
    if anatomy.relus_hidden:
        return "the score is of patterns of ReLUs, and TorchScript's activations cannot be seen"
    if others := _operators_besides(anatomy, LINEAR | RELUS | BESIDE_PATTERNS):
        return f"the score is of patterns of ReLUs, and the network also computes {others}"
    if not anatomy.operators & RELUS:
        return "the score is of patterns of ReLUs, and there is none"
    if not anatomy.relus_by_sample:
        return "the first axis of a ReLU's output does not count samples"
    return ""


def _activations(_: View, anatomy: Anatomy) -> str:
    if not {name.strip("_") for name in anatomy.operators} & {"relu", "gelu", "silu"}:
        return "the score is of patterns of ReLU, GELU or SiLU, and there is none"
    if anatomy.relus_hidden:
        return "the score is of patterns of units, and TorchScript's activations cannot be seen"
    return ""


def _activations_seen(_: View, anatomy: Anatomy) -> str:
    if anatomy.relus_hidden:
        return "the score is of activations, and those of TorchScript cannot be seen"
    return ""


def _norms(_: View, anatomy: Anatomy) -> str:
    if anatomy.norms:
        return (
            "the score changes what batch normalisation does, and the network also normalises "
            "outside of its modules"
        )
    return ""


def _norms_alone(view: View, anatomy: Anatomy) -> str:
    """Tell of normalisations that are neither BatchNorm modules nor can be left out."""
    if anatomy.batch_norms or any(
        isinstance(one, nn.modules.instancenorm._InstanceNorm) for one in view.module.modules()
    ):
        return "the network also normalises by an image's own statistics"
    return ""


def _piecewise(view: View, anatomy: Anatomy) -> str:
    if anatomy.products or anatomy.gates:
        return "the network multiplies activations by one another, and is not piecewise linear"
    if told := _norms_alone(view, anatomy):
        return f"the score is of piecewise linear networks, and {told}"
    if anatomy.maps:
        return (
            "the score keeps the first channel of every layer, and a Linear is applied to tokens "
            "or places"
        )
    if others := _operators_besides(anatomy, LINEAR | RELUS):
        return f"the score is of piecewise linear networks, and this one computes {others}"
    if moving := sorted(anatomy.operators & MOVES_CHANNELS):
        return (
            "the score keeps the first channel of every layer, and the network moves channels: "
            f"{', '.join(moving)}"
        )
    return ""


def _homogeneous(view: View, anatomy: Anatomy) -> str:
    if anatomy.products or anatomy.gates:
        return (
            "synaptic flow is of networks that are positively homogeneous, and this one multiplies "
            "activations by one another"
        )
    told = _norms_alone(view, anatomy) or _own_norms(view)
    if told:
        return f"synaptic flow leaves out BatchNorm modules alone, and {told}"
    if others := _operators_besides(anatomy, HOMOGENEOUS):
        return (
            "synaptic flow is of networks that are positively homogeneous but for batch "
            f"normalisation, and this one computes {others}"
        )
    return ""


def _own_norms(view: View) -> str:
    for name, one in view.module.named_modules():
        if isinstance(one, nn.modules.batchnorm._BatchNorm) and type(one).forward not in (
            nn.modules.batchnorm._BatchNorm.forward,
            nn.SyncBatchNorm.forward,
        ):
            return f"{name} ({type(one).__name__}) also does something else"
    return ""


def _torus(_: View, anatomy: Anatomy) -> str:
    return "something pads besides Conv2d and pooling modules" if anatomy.pads_by_itself else ""


def _normalisation(view: View, _: Anatomy) -> str:
    if any(isinstance(one, nn.modules.batchnorm._BatchNorm) for one in view.module.modules()):
        return ""
    return "the score is of networks with batch normalisation, and there is none"


def _operators_besides(anatomy: Anatomy, known: frozenset[str]) -> str:
    return ", ".join(sorted(name.strip("_") for name in anatomy.operators - known))


CHECKS: Mapping[str, Callable[[View, Anatomy], str]] = {
    "images": _images,
    "ones": _ones,
    "stable": _stable,
    "deterministic": _deterministic,
    "tensor": _tensor,
    "logits": _logits,
    "layers": _layers,
    "only layers": _only_layers,
    "drawn": _drawn,
    "untied": _untied,
    "trainable": _trainable,
    "relus": _relus,
    "activations": _activations,
    "activations seen": _activations_seen,
    "piecewise linear": _piecewise,
    "homogeneous": _homogeneous,
    "norms": _norms,
    "torus": _torus,
    "normalisation": _normalisation,
}


def missing(names: Iterable[str], view: View) -> str:
    """Return the first of the required things that a network has not got, in words; empty when it
    has all, as the networks of benchmarks do.
    """
    if view.anatomy is None:
        return ""
    return next((told for name in names if (told := CHECKS[name](view, view.anatomy))), "")


def check(names: Iterable[str], view: View) -> None:
    """Raise NotApplicable when a network has not got what is required."""
    if told := missing(names, view):
        raise NotApplicable(told)


@contextmanager
def of_another_size(view: View, inputs: Inputs, side: int) -> Iterator[None]:
    """Raise NotApplicable where the network does not take images of *side* x *side* pixels."""
    try:
        yield
    except RuntimeError as error:
        if view.anatomy is None or inputs.image_shape[1:] == (side, side):
            raise
        raise NotApplicable(
            f"the score is of an image of {side} x {side} pixels, which the network does not "
            f"take ({str(error).splitlines()[0]})"
        ) from error
