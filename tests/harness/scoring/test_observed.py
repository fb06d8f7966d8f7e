"""What cannot be computed now is no statement about a network."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import benchmarks_data
from benchmarks_data.listed import listing_of
from harness.scoring.image_file import ImageFile
from harness.scoring.job import Job, Task
from harness.scoring.networks import score_task
from harness.scoring.token_file import tokens_named


def test_a_fault_is_no_score_that_does_not_apply(tmp_path: Path) -> None:
    """It is tried again: here images that are gone."""
    benchmark = benchmarks_data.get("pit")
    gone = ImageFile(str(tmp_path / "gone.npz"), "0" * 64)
    job = Job("pit", "cifar100", gone, listing=listing_of(benchmark))
    (score,) = score_task(job, Task(0, 0, ("snip[batch=2]",)))
    assert score.status.startswith("error: InputError: cannot read")


def test_what_applies_does_not_depend_on_the_tokens_that_are_fed(tmp_path: Path) -> None:
    """The network is looked at with drawn tokens, however few a file holds."""
    benchmark = benchmarks_data.get("gpt2_lm1b")
    np.savez(tmp_path / "two.npz", tokens=np.arange(80).reshape(2, 40))
    source = tokens_named(str(tmp_path / "two.npz"))
    job = Job("gpt2_lm1b", "lm1b", source, listing=listing_of(benchmark))
    params, naswot, snip = score_task(job, Task(0, 0, ("params", "naswot", "snip[batch=2]")))
    assert params.status == snip.status == "ok"
    assert naswot.status.startswith("not applicable: ")
