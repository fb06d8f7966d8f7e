"""The computations that proxies share.

Each runs once per network, whatever number of proxies reads its result.

A pass takes the :class:`~proxies.view.View` of a network, its
:class:`~proxies.passes.common.Inputs` and its options, leaves the network as it was, and returns
plain numbers or tensors. This catalogue says what each needs
without importing torch; the code is in the modules.
"""

from __future__ import annotations

from functools import partial

from proxies.passes.entry import Pass

#: What a pass may depend on besides the architecture, drawn from the seed (images and labels from a
#: file, if one is given).
NEEDS = ("weights", "noise", "images", "labels")

#: The cost of what nothing is sent through the network for.
FREE = "no pass at all"

#: The options of a supernet's numerics (:class:`proxies.passes.objectives.Numerics`).
NUMERICS = frozenset({"preset", "alpha", "gate_scale", "signs", "batchnorm"})


_BATCH, _DATA = frozenset({"batch"}), frozenset({"weights", "images", "labels"})
_THROUGH = "forward and backward through the supernet, once for all architectures"
#: What passes require of any network.
_DRAWN = ("layers", "untied", "drawn")
_FLOW = ("images", "deterministic", "tensor", "layers", "norms", "homogeneous")
_PATTERNS = ("deterministic", "norms", "relus")
_LOGITS = ("images", "deterministic", "norms", "logits")
_LOSS = ("deterministic", "norms", "logits", "layers", "untied", "trainable")
_body, _of_supernet = partial(Pass, logits=False), partial(Pass, supernet=True)
_of_transformers = partial(Pass, module="transformer", transformers=True)
_of_parts = partial(
    _of_transformers,
    needs=frozenset({"weights", "images"}),
    cost="a batch forward",
    options=_BATCH,
    logits=False,
    requires=("deterministic",),
)
_SYNAPSES = "one sample forward and backward, and singular values of attention's weights"
_RESPONSES = (*_LOGITS, "layers", "untied", "trainable")
_SYNAPTIC = ("deterministic", "tensor", "norms", "layers", "untied", "trainable")
_ENTRIES = (
    Pass(
        "network",
        "handed",
        _DATA | {"noise"},
        "what the proxy itself does with the network",
        hands_out_network=True,
    ),
    Pass("cost", "cost", frozenset(), "one image forward"),
    Pass(
        "weight_norms",
        "cost",
        frozenset({"weights"}),
        FREE,
        requires=("layers", "untied"),
    ),
    Pass(
        "synaptic_flow",
        "synaptic_flow",
        frozenset({"weights"}),
        "one image forward and backward",
        requires=_FLOW,
    ),
    Pass(
        "periodic_flow",
        "synaptic_flow",
        frozenset({"weights"}),
        "one image forward and backward",
        requires=(*_FLOW, "torus"),
    ),
    Pass(
        "expected_flow",
        "synaptic_flow",
        frozenset(),
        "one image forward and backward",
        requires=(*_FLOW, "torus", "drawn"),
    ),
    _body(
        "activation_codes",
        "activations",
        frozenset({"weights", "images"}),
        "a batch forward",
        _BATCH,
        requires=_PATTERNS,
        bfloat16=True,
    ),
    _body(
        "neuron_patterns",
        "activations",
        frozenset({"weights", "images"}),
        "a small batch forward",
        _BATCH,
        largest_batch=62,
        requires=_PATTERNS,
        bfloat16=True,
    ),
    _body(
        "any_patterns",
        "activations",
        frozenset({"weights", "images"}),
        "a small batch forward",
        _BATCH,
        largest_batch=62,
        requires=("deterministic", "norms", "activations"),
        bfloat16=True,
    ),
    _body(
        "gaussian_patterns",
        "activations",
        frozenset({"noise", "images"}),
        "a small batch forward for each repeat",
        _BATCH | {"repeats"},
        largest_batch=62,
        requires=(*_PATTERNS, *_DRAWN),
    ),
    _body(
        "linear_regions",
        "activations",
        frozenset({"noise"}),
        "1,000 images of 4 x 4 pixels forward",
        requires=("images", "piecewise linear", *_PATTERNS, *_DRAWN),
    ),
    Pass(
        "loss_gradient",
        "loss",
        _DATA,
        "a batch forward and backward",
        _BATCH,
        requires=_LOSS,
        bfloat16=True,
    ),
    Pass(
        "second_gradient",
        "loss",
        _DATA,
        "a batch forward and backward",
        _BATCH,
        batches=2,
        requires=_LOSS,
        bfloat16=True,
    ),
    Pass(
        "hessian_gradient",
        "loss",
        _DATA,
        "a batch forward and twice backward",
        _BATCH,
        requires=_LOSS,
    ),
    Pass(
        "gate_hessian_gradient",
        "loss",
        _DATA,
        "a batch forward and twice backward",
        _BATCH,
        requires=_LOSS,
    ),
    Pass("labels", "common", frozenset({"labels"}), FREE, _BATCH, bfloat16=True),
    Pass(
        "input_jacobian",
        "jacobian",
        frozenset({"weights", "images"}),
        "a batch forward and backward",
        _BATCH,
        requires=_LOGITS,
        bfloat16=True,
    ),
    Pass(
        "tangent_kernel",
        "jacobian",
        frozenset({"noise", "images"}),
        "a batch forward and backward image by image",
        _BATCH,
        requires=(*_LOGITS, *_DRAWN),
        bfloat16=True,
    ),
    Pass(
        "batch_tangent_kernel",
        "jacobian",
        frozenset({"noise", "images"}),
        "a batch forward, and backward once for each of its images",
        _BATCH,
        largest_batch=72,
        requires=(*_LOGITS, *_DRAWN),
    ),
    Pass(
        "logit_fisher",
        "fisher_matrix",
        frozenset({"noise"}),
        "a batch forward, and backward once for each class",
        _BATCH | {"entries"},
        requires=(*_LOGITS, "trainable", *_DRAWN),
        bfloat16=True,
    ),
    Pass(
        "effective_ranks",
        "outputs",
        frozenset({"weights", "noise", "images"}),
        "a batch forward",
        _BATCH,
        requires=("deterministic", "norms", "layers", "activations seen"),
        bfloat16=True,
    ),
    Pass(
        "participation",
        "outputs",
        frozenset({"weights", "noise"}),
        "a batch forward and backward",
        _BATCH,
        requires=_RESPONSES,
        bfloat16=True,
    ),
    Pass(
        "response_correlation",
        "responses",
        _DATA,
        "a batch forward and backward",
        _BATCH,
        requires=(*_RESPONSES, "relus"),
        bfloat16=True,
    ),
    Pass(
        "gradient_signs",
        "responses",
        _DATA,
        "a batch forward and backward image by image",
        _BATCH,
        requires=_RESPONSES,
    ),
    _body(
        "channel_correlation",
        "features",
        frozenset({"weights", "noise"}),
        "one image forward",
        frozenset({"side"}),
        requires=("images", "deterministic", "norms"),
        bfloat16=True,
    ),
    _body(
        "some_channel_correlation",
        "outputs",
        frozenset({"weights", "noise"}),
        "one image forward",
        frozenset({"side"}),
        requires=("images", "deterministic", "norms"),
    ),
    _body(
        "feature_conditions",
        "geometry",
        frozenset({"weights", "images"}),
        "one image forward",
        requires=("images", "deterministic", "norms"),
    ),
    Pass(
        "output_curvature",
        "geometry",
        frozenset({"weights", "noise"}),
        "one image forward and four times backward",
        frozenset({"side"}),
        requires=_LOGITS,
    ),
    _of_parts("principal_components"),
    _of_parts("head_outputs"),
    _of_transformers(
        "absolute_synapses",
        needs=frozenset({"weights"}),
        cost=_SYNAPSES,
        requires=("ones", *_SYNAPTIC),
    ),
    _of_transformers(
        "absolute_synapses_of_sample",
        needs=frozenset({"weights", "images"}),
        cost=_SYNAPSES,
        requires=_SYNAPTIC,
    ),
    _of_supernet(
        "supernet_synflow", "supernet", frozenset({"weights"}), f"one image {_THROUGH}", NUMERICS
    ),
    _of_supernet("supernet_snip", "supernet", _DATA, f"a batch {_THROUGH}", _BATCH | NUMERICS),
    _of_supernet(
        "supernet_grasp", "supernet", _DATA, f"a batch twice {_THROUGH}", _BATCH | NUMERICS
    ),
    _body(
        "gaussian_complexity",
        "complexity",
        frozenset({"noise"}),
        "2 batches forward for each repeat",
        _BATCH | {"repeats"},
        requires=("images", "deterministic", "norms", "normalisation", *_DRAWN),
        bfloat16=True,
    ),
    _body(
        "stage_features",
        "features",
        frozenset({"noise"}),
        "a batch forward and backward stage by stage",
        _BATCH,
        requires=("images", "deterministic", "norms", *_DRAWN),
        bfloat16=True,
    ),
)
PASSES = {entry.name: entry for entry in _ENTRIES}
