"""Proxies of transformers against their definitions, computed literally and independently, in
float64 on small networks.
"""

import numpy as np
import pytest
import torch
from torch import nn

import proxies
from benchmarks_data.flexibert.network import Network as Encoder
from benchmarks_data.nb201 import space
from benchmarks_data.pit.network import Network as Pit
from proxies.passes import PASSES
from proxies.passes.cost import cost
from proxies.passes.transformer import (
    absolute_synapses,
    absolute_synapses_of_sample,
    head_outputs,
    principal_components,
)
from proxies.view import NotApplicable, View, cell_view
from tests.networks import inputs, small
from tests.proxies.passes.test_passes import fingerprint
from tests.transformers import encoder, pit

IMAGE = 32
BATCH = 3


def network() -> Pit:
    """PiT with blocks of all three stages, for images of 32 pixels."""
    text = '{"base_dim": 16, "depth": [1, 4, 2], "mlp_ratio": 2, "num_heads": [2, 4, 4]}'
    return Pit(pit(text), 10, 0, image=IMAGE).double()


def view(net: nn.Module) -> View:
    return View(net, net.operations, net.stages, head_inputs=net.head_inputs)


def test_w_pca_counts_components_of_hidden_layers() -> None:
    net = network()
    counts = []

    def see(_: nn.Module, __: object, output: torch.Tensor) -> None:
        rows = output.numpy().reshape(-1, output.shape[-1])
        values = sorted(np.linalg.eigvalsh(np.cov(rows, rowvar=False)), reverse=True)
        held, count = 0.0, 0
        while held <= 0.99:
            held += values[count] / sum(values)
            count += 1
        counts.append(count)

    for name, module in net.named_modules():
        if name.endswith("feed_forward.1"):
            module.register_forward_hook(see)
    given = inputs(size=IMAGE)
    with torch.no_grad():
        net(given.images(BATCH))
    parameters = sum(one.numel() for one in net.parameters())
    assert len(counts) == 7
    assert len(set(counts)) > 2
    seen = principal_components(view(network()), given, batch=BATCH)
    score = proxies.request("w_pca").score(cost(view(network()), given), seen)
    assert score == parameters * sum(counts)


def test_w_pca_counts_every_hidden_layer_of_a_feed_forward_part() -> None:
    """The first configuration of FlexiBERT has three in three of its four layers."""
    net = Encoder(encoder(), 2, 0)
    tokens = inputs()
    tokens = type(tokens)(
        **{**vars(tokens), "images": lambda size: torch.arange(size * 8).view(size, 8)}
    )
    seen = principal_components(view(net), tokens, batch=BATCH)
    assert len(seen.counts) == 3 + 3 + 3 + 1
    assert max(seen.counts) < BATCH * 8


def test_constant_outputs_have_no_component() -> None:
    net = network()
    with torch.no_grad():
        for operation in net.operations:
            if operation.kind == "feed_forward":
                operation.module[1].weight.zero_()
    assert principal_components(view(net), inputs(size=IMAGE), batch=BATCH).counts == [0] * 7


def test_head_confidence() -> None:
    net = network()
    total = 0.0
    given = inputs(size=IMAGE)

    def see(_: nn.Module, __: object, output: torch.Tensor) -> None:
        nonlocal total
        for part in np.split(output.numpy(), 3, axis=2):  # queries, keys, values
            means = [max(sample[:, feature]) for sample in part for feature in range(part.shape[2])]
            total += sum(means) / len(means)

    for name, module in net.named_modules():
        if name.endswith("query_key_value"):
            module.register_forward_hook(see)
    with torch.no_grad():
        net(given.images(BATCH))
    seen = head_outputs(view(network()), given, batch=BATCH)
    assert total > 0
    assert proxies.request("head_confidence").score(seen) == pytest.approx(total, rel=1e-12)


def test_heads_of_flexibert_are_fed_by_as_many_layers_as_in_the_reference() -> None:
    """Weighted attention has four, a linear transform one, attention three."""
    assert len(Encoder(encoder(), 2, 0).head_inputs) == 4 + 1 + 3 + 3


@pytest.mark.parametrize("sample", [False, True])
def test_dss(sample: bool) -> None:
    net = network()
    with torch.no_grad():
        for one in net.parameters():
            one.abs_()
    given = inputs(size=IMAGE)
    image = given.images(1) if sample else torch.ones(1, 3, IMAGE, IMAGE, dtype=torch.float64)
    net(image).sum().backward()
    total = 0.0
    for name, module in net.named_modules():
        if not isinstance(module, nn.Linear):
            continue
        weight, gradient = module.weight.detach().numpy(), module.weight.grad.numpy()
        if "query_key_value" in name or "projection" in name:
            norms = [np.linalg.svd(one, compute_uv=False).sum() for one in (weight, gradient)]
            total += norms[0] * norms[1]
        else:
            total += sum(abs(w * g) for w, g in zip(weight.flat, gradient.flat, strict=True))
    pass_ = absolute_synapses_of_sample if sample else absolute_synapses
    before = [one.clone() for one in network().parameters()]
    again = network()
    seen = pass_(view(again), given)
    assert all(map(torch.equal, before, again.parameters()))
    assert len(seen.diversity) == 14
    assert proxies.request("dss").score(seen) == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("principal_components", {"batch": 2}),
        ("head_outputs", {"batch": 2}),
        ("absolute_synapses", {}),
        ("absolute_synapses_of_sample", {}),
    ],
)
def test_a_pass_leaves_the_network_and_global_state_as_they_were(
    name: str, options: dict[str, int]
) -> None:
    net = network()
    before = fingerprint(net)
    PASSES[name].function()(view(net), inputs(size=IMAGE), **options)
    assert fingerprint(net) == before


def test_what_is_no_transformer_has_none_of_them() -> None:
    net = small(space.cell(0))
    for pass_, reason in (
        (lambda: principal_components(cell_view(net), inputs(), batch=2), "feed-forward"),
        (lambda: head_outputs(cell_view(net), inputs(), batch=2), "attention heads"),
        (lambda: absolute_synapses(cell_view(net), inputs()), "transformers"),
    ):
        with pytest.raises(NotApplicable, match=reason):
            pass_()
