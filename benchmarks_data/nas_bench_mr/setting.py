"""Architectures of NAS-Bench-MR: 27 numbers (Ding et al., ICLR 2022, arXiv 2103.13253)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from benchmarks_data.errors import InputError

STAGES = 4
#: Numbers of a setting: two of the stem, of every stage the modules and for each of its branches
#: blocks and channels, one of the head.
NUMBERS = 2 + sum(1 + 2 * branches for branches in range(1, STAGES + 1)) + 1
#: Modules of a stage, and residual blocks of a branch.
COUNTS = range(1, 5)
CHANNELS = range(8, 129, 8)
_NUMBERS = re.compile(rf"[1-9][0-9]{{0,2}}(_[1-9][0-9]{{0,2}}){{{NUMBERS - 1}}}")


class Branch(NamedTuple):
    """One resolution in a module: residual blocks and channels."""

    blocks: int
    channels: int


class Stage(NamedTuple):
    """Equal modules that follow one another. A branch has half the height and width of the one
    before.
    """

    modules: int
    branches: tuple[Branch, ...]


class Setting(NamedTuple):
    """An architecture: channels of the two layers of the stem, stages, channels of the head."""

    stem: tuple[int, int]
    stages: tuple[Stage, ...]
    head: int

    @property
    def modules(self) -> list[tuple[Branch, ...]]:
        """The branches of every module in order."""
        return [stage.branches for stage in self.stages for _ in range(stage.modules)]


def setting_of_text(string: str) -> Setting:
    """Return the setting that 27 numbers joined by underscores stand for.

    They are the channels of the stem's two layers; of stage s from 1 to 4 the modules, the blocks
    of s branches and the channels of s branches; the channels of the head.

    Raises:
        InputError: it is malformed, or a number is none of the space.
    """
    if not _NUMBERS.fullmatch(string):
        raise InputError(
            f"{string[:40]!r} is no architecture of nas_bench_mr: expected {NUMBERS} numbers "
            "joined by underscores"
        )
    numbers = iter(enumerate(map(int, string.split("_")), 1))
    stem = _next(numbers, CHANNELS), _next(numbers, CHANNELS)
    stages = tuple(_stage(numbers, branches) for branches in range(1, STAGES + 1))
    return Setting(stem, stages, _next(numbers, CHANNELS))


def _stage(numbers: Iterator[tuple[int, int]], branches: int) -> Stage:
    modules = _next(numbers, COUNTS)
    blocks = [_next(numbers, COUNTS) for _ in range(branches)]
    channels = [_next(numbers, CHANNELS) for _ in range(branches)]
    return Stage(modules, tuple(map(Branch, blocks, channels)))


def _next(numbers: Iterator[tuple[int, int]], allowed: range) -> int:
    place, number = next(numbers)
    if number not in allowed:
        step = f" in steps of {allowed.step}" if allowed.step > 1 else ""
        raise InputError(
            f"number {place} of an architecture of nas_bench_mr is {number}: expected "
            f"{allowed[0]} to {allowed[-1]}{step}"
        )
    return number


def longest_path(setting: Setting) -> int:
    """Return the number of layers with weights on the longest path from image to logits."""
    depths = [len(setting.stem)]
    for branches in setting.modules:
        fused = [1 + max(depths[max(place - 1, 0) : place + 2]) for place in range(len(depths))]
        for _ in range(len(depths), len(branches)):
            fused.append(fused[-1] + 1)
        depths = [depth + 2 * branch.blocks for depth, branch in zip(fused, branches, strict=True)]
    return max(depths) + 2
