"""Images and tokens from elsewhere.

What is read back is right, or the file is refused.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from hypothesis import given

import proxies
from benchmarks_data.benchmark import Tokens
from harness.scoring.image_file import check_labels, image_file
from harness.scoring.token_file import TokenFile, check_tokens, tokens_named
from tests.fuzz.damage import damaged, taken_or_refused


def npz() -> bytes:
    file = io.BytesIO()
    np.savez(file, images=np.zeros((4, 2, 2, 3), np.uint8), labels=np.arange(4))
    return file.getvalue()


@given(
    content=damaged(
        npz(), [b"|O", b"<f8", b"(4,)", b"(99999999999,)", b"images", b"labels", b"PK\x03\x04"]
    )
)
def test_images(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "i.npz"
    path.write_bytes(content)
    found = taken_or_refused(lambda: image_file(path))
    if found is not None:
        taken_or_refused(lambda: check_labels(found, 10))


def token_npz() -> bytes:
    file = io.BytesIO()
    np.savez(file, tokens=np.arange(40).reshape(4, 10), labels=np.arange(4))
    return file.getvalue()


@given(
    content=damaged(
        token_npz(), [b"|O", b"<f8", b"<u8", b"(4,)", b"(4, 99999999999)", b"tokens", b"labels"]
    )
)
def test_tokens(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "t.npz"
    path.write_bytes(content)
    read = taken_or_refused(lambda: tokens_named(str(path)))
    if isinstance(read, TokenFile):
        model = Tokens(64, 64, 9)
        snip = proxies.request("snip[batch=2]")
        taken_or_refused(lambda: check_tokens(read, [snip], model, "b"))
