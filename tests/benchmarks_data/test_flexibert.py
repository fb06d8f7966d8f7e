"""FlexiBERT's encoders: sizes that are published, and what operations compute."""

import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import scipy.fft
import torch
from scipy.stats import kendalltau
from torch import nn

from benchmarks_data.flexibert import VOCABULARY, FlexiBert
from benchmarks_data.flexibert import network as networks
from benchmarks_data.flexibert.network import Network
from benchmarks_data.flexibert.operations import (
    Attention,
    SpanConvolution,
    Transform,
    cosine_transform,
    operation_of,
)
from benchmarks_data.flexibert.space import Encoder, Layer, as_trained
from benchmarks_data.flexibert_trained import FlexiBertTrained
from benchmarks_data.initialisation import initialise
from tests.transformers import encoder, random_flexibert


def parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def counted(one: Encoder) -> int:
    """The encoder's parameters by hand: weights and biases of every layer, no classifier."""
    width = one.width
    total = (VOCABULARY + 512 + 2) * 128 + 2 * 128  # words, places, kinds, normalisation
    total += 0 if width == 128 else (128 + 1) * width
    for layer in one.layers:
        linear, half, kernel = (width + 1) * width, width // 2, layer.kernel
        total += {
            "SDP": 4 * linear + 2 * width,
            "WMA": 4 * linear + 2 * width + width * width,
            "DFT": linear,
            "DCT": linear,
            "DSC": 4 * (width + 1) * half
            + width * kernel
            + (width + 1) * half
            + (half + 1) * (layer.heads // 2) * kernel
            + linear
            + 2 * width,
        }[layer.operation]
        widths = (width, *layer.widths, width)
        total += sum((a + 1) * b for a, b in pairwise(widths)) + 2 * width
    return total


def as_counted(one: Encoder) -> Encoder:
    """The encoder whose parameters are published: its authors' count takes a width of 256 and
    feed-forward layers of 1,024 for all (data/BERT_results_activation.csv of the reference).
    """
    layers = (replace(layer, widths=(1024,) * len(layer.widths)) for layer in one.layers)
    return Encoder(256, tuple(layers))


SECOND = (
    '{"hidden_size": 256, "nas_config": {"encoder_layers": ['
    '{"operation_type": "LT", "operation_parameter": "DFT", "num_operation_heads": 4,'
    ' "feed_forward_dimension": 1024, "num_feed_forward": 3},'
    '{"operation_type": "SA", "operation_parameter": "SDP", "num_operation_heads": 2,'
    ' "feed_forward_dimension": 1024, "num_feed_forward": 1},'
    '{"operation_type": "DSC", "operation_parameter": 9, "num_operation_heads": 4,'
    ' "feed_forward_dimension": 512, "num_feed_forward": 3},'
    '{"operation_type": "DSC", "operation_parameter": 5, "num_operation_heads": 2,'
    ' "feed_forward_dimension": 512, "num_feed_forward": 1}]}}'
)


@pytest.fixture
def unset_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw no weights, which takes most of the time."""
    monkeypatch.setattr(networks, "initialise_normal", lambda *_: None)


def test_the_published_numbers_of_parameters() -> None:
    for one, published in ((encoder(), 13_330_176), (encoder(SECOND), 11_106_199)):
        network = Network(as_counted(one), 2, 0)
        assert parameters(network) - parameters(network.classifier) == published
        assert counted(as_counted(one)) == published


@pytest.mark.usefixtures("unset_weights")
def test_parameters_by_hand() -> None:
    stream = random.Random(0)
    for change in (lambda one: one, as_trained, as_counted):
        for _ in range(4):
            one = change(encoder(random_flexibert(stream)))
            network = Network(one, 3, 0)
            assert parameters(network) == counted(one) + 3 * (one.width + 1)


def test_the_published_correlation_of_parameters_needs_nas_tables(more_tables: Path) -> None:
    """Kendall's tau with the GLUE score is .45 by the authors' count; by the configurations .485,
    and by what the training code builds .573.
    """
    benchmark, trained = FlexiBert(), FlexiBertTrained()
    glue = benchmark.table(more_tables).values["glue_valid"]
    trained.table(more_tables)
    assert len(glue) == benchmark.size == 500
    for count, tau in (
        (lambda index: counted(as_counted(benchmark.encoder(index))), 0.454),
        (lambda index: counted(benchmark.encoder(index)), 0.485),
        (lambda index: counted(trained.encoder(index)), 0.573),
    ):
        sizes = [count(index) for index in glue.index]
        assert kendalltau(sizes, glue).statistic == pytest.approx(tau, abs=5e-4)


def test_the_cosine_transform_is_scipys() -> None:
    x = torch.randn(2, 3, 7, 10, dtype=torch.float64)
    expected = scipy.fft.dctn(x.numpy(), axes=(-2, -1))
    assert torch.allclose(cosine_transform(x), torch.from_numpy(expected))


def drawn(operation: nn.Module) -> nn.Module:
    initialise(operation, 0)
    return operation.double()


def test_the_fourier_transform_mixes_tokens_and_a_heads_channels() -> None:
    x = torch.randn(2, 6, 8, dtype=torch.float64)
    transform = drawn(Transform(8, 2, cosine=False))
    inputs, outputs = transform.input(x), transform(x)
    for head in (slice(0, 4), slice(4, 8)):
        expected = torch.fft.fft(torch.fft.fft(inputs[..., head], dim=1), dim=2).real
        assert torch.allclose(outputs[..., head], expected)


def test_attention_is_that_of_pytorch() -> None:
    x = torch.randn(2, 6, 8, dtype=torch.float64)
    own, theirs = drawn(Attention(8, 2)), nn.MultiheadAttention(8, 2, batch_first=True).double()
    parts = own.query, own.key, own.value
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        theirs.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
        theirs.out_proj.load_state_dict(own.projection.state_dict())
    assert torch.allclose(own(x), theirs(x, x, x)[0])


def test_weighted_attention_multiplies_the_query_by_one_more_matrix() -> None:
    x = torch.randn(2, 6, 8, dtype=torch.float64)
    weighted, plain = drawn(Attention(8, 2, weighted=True)), drawn(Attention(8, 2))
    assert not torch.allclose(weighted(x), plain(x))
    with torch.no_grad():
        plain.query.bias.copy_(weighted.weight(weighted.query.bias))
        plain.query.weight.copy_(weighted.weight.weight @ weighted.query.weight)
    assert torch.allclose(weighted(x), plain(x))


def test_the_span_convolution_by_hand() -> None:
    """At each token and head a kernel of its own, which weighs the tokens around it."""
    x = torch.randn(1, 6, 8, dtype=torch.float64)
    operation = drawn(SpanConvolution(8, 4, 5))
    outputs: list[torch.Tensor] = []
    operation.projection.register_forward_pre_hook(lambda _, args: outputs.append(args[0]))
    operation(x)
    values, query = operation.spans(x)[0], operation.query(x)[0]
    weights = operation.depthwise.weight[:, 0, :, 0]
    for token in range(6):
        inside = [at for at in range(token - 2, token + 3) if 0 <= at < 6]
        spanned = sum(x[0, at] * weights[:, at - token + 2] for at in inside)
        kernels = operation.kernels(operation.pointwise(spanned) * query[token]).view(2, 5)
        for head, kernel in enumerate(kernels.softmax(-1)):
            channels = slice(2 * head, 2 * head + 2)
            expected = sum(values[at, channels] * kernel[at - token + 2] for at in inside)
            place = slice(4 + 2 * head, 4 + 2 * head + 2)
            assert torch.allclose(outputs[0][0, token, place], expected)


@pytest.mark.parametrize("kind", ["SDP", "WMA", "DFT", "DCT", "DSC"])
def test_every_operation_keeps_the_shape_and_mixes_all_tokens(kind: str) -> None:
    layer = Layer(kind, 2, (512,), 5 if kind == "DSC" else 0)
    operation = drawn(operation_of(layer, 128))
    x = torch.randn(1, 16, 128, dtype=torch.float64, requires_grad=True)
    out = operation(x)
    assert out.shape == x.shape
    (gradient,) = torch.autograd.grad(out[0, 0, 0], x)
    assert bool(gradient.abs().sum(-1).all())


def test_the_first_network_of_the_list() -> None:
    """Logits that only a change of the network can change."""
    network = Network(encoder(), 2, 0).double().eval()
    tokens = torch.arange(2 * 128).reshape(2, 128) * 97 % VOCABULARY
    with torch.no_grad():
        logits = network(tokens)
    assert logits.shape == (2, 2)
    assert logits.flatten().tolist() == pytest.approx(LOGITS, rel=1e-4)


LOGITS = [-0.31858027713274495, -0.062068087617911646, -0.33595462907581625, -0.020798935524940346]


def test_weights_are_normal_and_biases_zero() -> None:
    network = Network(encoder(), 2, 0)
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Embedding):
            assert float(module.weight.detach().std()) == pytest.approx(0.02, rel=0.3)
        if isinstance(module, nn.Linear) and module.bias is not None:
            assert not module.bias.any()


def test_operations_are_those_of_the_configuration_or_of_the_training_code() -> None:
    network = Network(encoder(), 2, 0)
    kinds = [one.kind for one in network.operations]
    assert kinds[::2] == ["WMA", "DCT", "SDP", "SDP"]
    assert set(kinds[1::2]) == {"feed_forward"}
    modules = set(network.modules())
    assert all(one.module in modules for one in network.operations)
    trained = as_trained(encoder(SECOND))
    assert [layer.operation for layer in trained.layers] == ["SDP"] * 4
    assert [layer.widths for layer in trained.layers] == [
        (1024, 1024, 1024), (1024,), (1024, 512, 512), (1024,),
    ]  # fmt: skip


def test_configurations_that_are_trained_alike_are_one_class(tmp_path: Path) -> None:
    other = SECOND.replace('"DFT"', '"DCT"')
    (tmp_path / "flexibert.csv").write_text(
        "index,arch,glue_valid\n"
        + "".join(
            f'{index},"{text.replace(chr(34), chr(34) * 2)}",{60 + index}\n'
            for index, text in enumerate((SECOND, other))
        )
    )
    for benchmark, classes in ((FlexiBert(), 2), (FlexiBertTrained(), 1)):
        benchmark.table(tmp_path)
        assert len({benchmark.canonical(index) for index in (0, 1)}) == classes
        assert benchmark.depth(0) == benchmark.depth(1)
