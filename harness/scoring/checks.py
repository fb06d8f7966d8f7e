"""Whether what was asked for can be scored, before anything is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import proxies
from benchmarks_data import spaces
from benchmarks_data.errors import InputError
from harness.scoring.image_file import ImageFile, check_labels, number_of_images, number_of_labels
from harness.scoring.job import BFLOAT16, Job
from proxies.entries import ALL
from proxies.passes import PASSES


def check_supernet(benchmark: str, requests: Iterable[proxies.Request]) -> None:
    """Raise InputError when a request needs a supernet that the benchmark does not have."""
    for request in proxies.expand(requests):
        if (
            any(PASSES[name].supernet for name, _ in request.readings)
            and spaces.of_benchmark(benchmark) is None
        ):
            raise InputError(
                f"{request.name} needs a supernet, and there is none of {benchmark}: leave it out"
            )


def check_precision(job: Job, requests: Iterable[proxies.Request]) -> str:
    """Return which scores are computed in bfloat16 and which are not, empty where a job has another
    precision.

    Raises:
        InputError: none of the scores is computed in bfloat16.
    """
    if job.dtype != BFLOAT16:
        return ""
    by_dtype = {
        one.dtype: [own.name for own in its]
        for one, its in job.by_precision(proxies.expand(requests))
    }
    low, rest = (by_dtype.get(dtype, []) for dtype in (BFLOAT16, "float32"))
    if not low:
        raise InputError(
            f"--dtype {BFLOAT16}: none of {', '.join(rest)} of {job.benchmark} is computed in it "
            "(docs/speed.md): leave it out"
        )
    return f"in {BFLOAT16}: {', '.join(low)}; in float32 as ever: {', '.join(rest) or 'none'}"


def check_images(images: ImageFile, requests: Iterable[proxies.Request], classes: int) -> None:
    """Raise InputError when a file has fewer images than a request's batches take, or labels that
    the network has no class for.
    """
    for request in proxies.expand(requests):
        for name, options in request.readings:
            wanted = int(dict(options).get("batch", 0)) * PASSES[name].batches
            if PASSES[name].needs & {"images", "labels"} and wanted > number_of_images(images):
                raise InputError(
                    f"{images.path} holds {number_of_images(images)} images, and {request.name} "
                    f"takes {wanted}"
                )
        if "labels" in request.needs:
            check_labels(images, classes)


def uncovered_classes(images: ImageFile, requests: Iterable[proxies.Request], classes: int) -> str:
    """Return what it does to which requests that no image is of some of the network's classes.

    Empty where none is concerned.
    """
    readers = [request for request in proxies.expand(requests) if "labels" in request.needs]
    return labels_missing(
        images,
        classes,
        by_class=[one.name for one in readers if "labels" in dict(one.readings)],
        by_loss=[one.name for one in readers if "labels" not in dict(one.readings)],
    )


def labels_missing(
    images: ImageFile, classes: int, *, by_class: Sequence[str] = (), by_loss: Sequence[str] = ()
) -> str:
    """Return what it does to scores that compare classes, or that read a loss, that no image is of
    some of the classes; empty where there is an image of each, or no such score.
    """
    covered = number_of_labels(images)
    if covered >= classes or not (by_class or by_loss):
        return ""
    effects = {
        "compares images of these classes alone, which may order architectures otherwise": by_class,
        "takes the other classes for wrong answers alone": by_loss,
    }
    told = "; ".join(f"{', '.join(names)}: {effect}" for effect, names in effects.items() if names)
    return (
        f"the labels of {Path(images.path).name} cover {covered} of the {classes} classes ({told})"
    )


def canonical_requests(
    names: Iterable[str], *, tokens: bool = False, transformers: bool = False
) -> list[proxies.Request]:
    """Return the requests for *names*, ``all`` standing for every proxy, followed by the trivial
    baselines; each once. Some of these are of networks that take *tokens* alone, and some proxies
    of *transformers*.
    """
    wanted: dict[str, proxies.Request] = {}
    for name in [*names, *_baselines(tokens)]:
        every = every_proxy(tokens=tokens, transformers=transformers) if name == ALL else [name]
        for text in every:
            request = proxies.request(text)
            wanted.setdefault(request.name, request)
    return list(wanted.values())


def every_proxy(*, tokens: bool = False, transformers: bool = False) -> list[str]:
    """Return the names that ``all`` stands for, as in :func:`canonical_requests`."""
    left_out = set(proxies.BASELINES) - set(_baselines(tokens))
    return [
        name
        for name in proxies.registered()
        if name not in left_out and (transformers or not proxies.request(name).of_transformers)
    ]


def _baselines(tokens: bool) -> tuple[str, ...]:
    return proxies.BASELINES if tokens else proxies.TRIVIAL_BASELINES
