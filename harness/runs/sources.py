"""What a run feeds to networks, checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmarks_data.benchmark import Tokens
from benchmarks_data.errors import InputError
from harness.scoring.checks import check_images, uncovered_classes
from harness.scoring.image_file import ImageFile
from harness.scoring.inputs import Images, images_named
from harness.scoring.natural import NATURAL
from harness.scoring.token_file import UNIFORM, TokenFile, check_tokens, tokens_named

if TYPE_CHECKING:
    import proxies
    from benchmarks_data.benchmark import Benchmark


def source_of(images: str, tokens: str | None, benchmark: Benchmark, dataset: str) -> Images:
    """Return where the batches of a run come from, of --images and --tokens.

    Raises:
        InputError: it is no source of what the networks take.
    """
    if isinstance(benchmark.datasets[dataset], Tokens):
        if images != NATURAL:
            raise InputError(
                f"the networks of {benchmark.name} take tokens: leave out --images (--tokens names "
                "others than drawn ones)"
            )
        return tokens_named(tokens or UNIFORM)
    if tokens is not None:
        raise InputError(
            f"the networks of {benchmark.name} take images: leave out --tokens (--images names "
            "others than drawn ones)"
        )
    return images_named(images)


def checked_source(
    images: Images, requests: Sequence[proxies.Request], benchmark: Benchmark, dataset: str
) -> str:
    """Return what a file does whose images are not of all classes; empty where they are.

    Raises:
        InputError: it does not hold what the networks, or the scores, need.
    """
    given = benchmark.datasets[dataset]
    if isinstance(images, TokenFile) and isinstance(given, Tokens):
        check_tokens(images, requests, given, benchmark.name)
    if not isinstance(images, ImageFile):
        return ""
    check_images(images, requests, given.classes)
    return uncovered_classes(images, requests, given.classes)
