"""Sequences of tokens: drawn by seed, or from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import proxies
from benchmarks_data.benchmark import Dataset, Tokens
from benchmarks_data.errors import InputError
from harness.reporting.fed import fed
from harness.scoring.inputs import (
    images_of,
    key_of,
    name_of,
    name_of_record,
    network_inputs,
    record_of,
)
from harness.scoring.natural import CURRENT
from harness.scoring.token_file import TokenFile, Uniform, check_tokens, tokens_named

MODEL, CLASSES = Tokens(100, 100, 6), Tokens(3, 100, 6)
SNIP, PARAMS = proxies.request("snip[batch=4]"), proxies.request("params")


def inputs(source: Any, dataset: Any = MODEL, seed: int = 0, batch: int | None = None) -> Any:
    return network_inputs(source, seed, dataset, "float64", "cpu", batch)


def saved(path: Path, **arrays: Any) -> TokenFile:
    np.savez(path, **arrays)
    source = tokens_named(str(path))
    assert isinstance(source, TokenFile)
    return source


def test_tokens_are_drawn_by_seed_alike_often() -> None:
    drawn = inputs(Uniform()).images(2000)
    assert (drawn.dtype, drawn.shape) == (torch.int64, (2000, 6))
    counts = torch.bincount(drawn.flatten(), minlength=100)
    assert len(counts) == 100
    assert counts.min() > 70
    assert torch.equal(drawn, inputs(Uniform()).images(2000))
    for other in (inputs(Uniform(), seed=1), inputs(Uniform(), batch=1)):
        assert not torch.equal(drawn, other.images(2000))
    assert not torch.equal(drawn, inputs(Uniform()).images(2000, 1))
    labels = inputs(Uniform(), CLASSES).labels(50)
    assert set(labels.tolist()) == {0, 1, 2}
    assert inputs(Uniform()).image_shape == (6,)


def test_sequences_of_a_file_are_parted_by_seed_with_the_token_that_comes_next(
    tmp_path: Path,
) -> None:
    ids = np.arange(80, dtype=np.uint8).reshape(10, 8)
    source = saved(tmp_path / "t.npz", tokens=ids)
    check_tokens(source, [SNIP], MODEL, "b")
    given = inputs(source)
    parts = [given.images(4, part) for part in (0, 1)]
    assert torch.equal(given.labels(4, 1), parts[1][:, 5] + 1)
    first = torch.cat(parts)[:, 0].tolist()
    assert len(set(first)) == 8
    assert set(first) <= set(ids[:, 0].tolist())
    assert not torch.equal(parts[0], inputs(source, seed=1).images(4))
    with pytest.raises(InputError, match="holds 10 sequences, and 3 x 4 were asked for"):
        given.images(4, 2)


def test_labels_of_a_file_are_taken(tmp_path: Path) -> None:
    source = saved(tmp_path / "t.npz", tokens=np.ones((5, 6), int), labels=np.arange(5) % 3)
    check_tokens(source, [SNIP], CLASSES, "b")
    assert sorted(inputs(source, CLASSES).labels(5).tolist()) == [0, 0, 1, 1, 2]


@pytest.mark.parametrize(
    ("arrays", "dataset", "request_", "message"),
    [
        ({"tokens": np.ones((5, 5), int)}, MODEL, PARAMS, "sequences of 5 tokens, .* fed 6"),
        ({"tokens": np.full((5, 9), 100)}, MODEL, PARAMS, "tokens from 100 to 100, .* 0 to 99"),
        ({"tokens": np.full((5, 9), -1)}, MODEL, PARAMS, "tokens from -1 to -1"),
        ({"tokens": np.ones((3, 9), int)}, MODEL, SNIP, "holds 3 sequences, and .* takes 4"),
        ({"tokens": np.ones((5, 6), int)}, MODEL, SNIP, "give 7 tokens or more, or labels"),
        ({"tokens": np.ones((5, 9), int)}, CLASSES, SNIP, "lacks an array 'labels'"),
        (
            {"tokens": np.ones((5, 9), int), "labels": np.full(5, 3)},
            CLASSES,
            SNIP,
            "labels from 3 to 3, and the network knows 0 to 2",
        ),
    ],
)
def test_a_file_that_does_not_do_for_the_networks_is_refused(
    arrays: dict[str, Any], dataset: Tokens, request_: Any, message: str, tmp_path: Path
) -> None:
    source = saved(tmp_path / "t.npz", **arrays)
    with pytest.raises(InputError, match=message):
        check_tokens(source, [request_], dataset, "b")


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"ids": np.ones((2, 2), int)}, "lacks an array: expected 'tokens'"),
        ({"tokens": np.ones((2, 2))}, "tokens must be integers"),
        ({"tokens": np.ones(2, int)}, "tokens must be integers of shape"),
        ({"tokens": np.ones((0, 2), int)}, "tokens must be integers of shape"),
        ({"tokens": np.array([[{}]])}, "no .npz file of plain arrays"),
        ({"tokens": np.ones((2, 2), int), "labels": np.ones(3, int)}, "labels must be 2 integers"),
    ],
)
def test_a_file_of_something_else_is_refused(
    arrays: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message) as told:
        saved(tmp_path / "t.npz", **arrays)
    assert "\n" not in str(told.value)


def test_what_is_no_file_of_arrays_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.npz").write_text("x")
    for path, message in (
        (tmp_path / "t.npz", "is no .npz file: expected arrays 'tokens'"),
        (tmp_path / "none", "cannot read tokens .*No such file"),
        (Path("/dev/zero"), "cannot read tokens /dev/zero: not a regular file"),
        (tmp_path, "cannot read tokens"),
    ):
        with pytest.raises(InputError, match=message):
            tokens_named(str(path))


def test_networks_of_tokens_are_fed_no_images_nor_the_other_way_round() -> None:
    with pytest.raises(InputError, match="take tokens, and images are given"):
        inputs(CURRENT)
    with pytest.raises(InputError, match="take images, and tokens are given"):
        inputs(Uniform(), Dataset(10, 8))


def test_sources_are_named_by_their_content(tmp_path: Path) -> None:
    source = saved(tmp_path / "t.npz", tokens=np.ones((2, 2), int))
    for one, key, name in (
        (source, f"tokens:{source.sha256[:16]}", "tokens of t.npz"),
        (Uniform(), "uniform:1", "uniform"),
    ):
        assert key_of(one) == key
        assert key_of(images_of(key)) == key
        assert name_of(one) == name_of_record(record_of(one)) == name
        assert "read by snip" in fed(name, ["snip"])
        assert "images" not in fed(name, ["snip"])
        assert "images" not in fed(name, [], ["params"])
