"""Several runs as one: their scores, and what run.json says of them together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UnsetType

import benchmarks_data
import proxies
from benchmarks_data.errors import InputError
from harness.files.records import ImageFileRecord
from harness.files.run_record import RunRecord
from proxies.requests import reads_images

if TYPE_CHECKING:
    import pandas as pd


#: What runs must have in common to be merged: their scores depend on it.
SHARED = ("benchmark", "dataset", "dtype")


def merged(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the scores of several runs as one frame, each score once.

    Aggregates are computed anew, among all architectures.

    Raises:
        InputError: two runs disagree about a score, or have different seeds of a proxy for
            different architectures.
    """
    import numpy as np
    import pandas as pd

    from harness.analysis.aggregates import with_aggregates
    from proxies.status import OK

    key = ["proxy", "seed", "batch", "index"]
    everything = pd.concat(frames, ignore_index=True)
    requests = [proxies.request(str(name)) for name in everything["proxy"].unique()]
    aggregates = [request for request in requests if request.components]
    whole = everything[~everything["proxy"].isin([request.name for request in aggregates])]
    values = whole[whole["status"] == OK].groupby(key)["score"].nunique()
    for proxy, seed, batch, index in values.index[values > 1]:
        raise InputError(
            f"the runs disagree about {proxy} of index {index}, seed {seed}, batch {batch}: they "
            "come from different versions, or "
            "it ranks architectures within a run; report them one by one"
        )
    # Proxies as they come, and a score rather than a failure.
    rank = {name: position for position, name in enumerate(everything["proxy"].unique())}
    whole = whole.assign(order=whole["proxy"].map(rank), failed=whole["status"] != OK)
    whole = whole.sort_values(
        ["order", "seed", "batch", "index", "failed"], kind="stable"
    ).drop_duplicates(key)
    for name, rows in whole.groupby("proxy"):
        if rows.groupby("index").size().nunique() > 1:
            raise InputError(
                f"the runs have different seeds or batches of {name!s} for different "
                "architectures: report them one by one"
            )
    single = whole.drop(columns=["order", "failed"]).reset_index(drop=True)
    combined = with_aggregates(single, aggregates)
    order = combined["proxy"].map(rank)
    return combined.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)


def merged_settings(records: Sequence[RunRecord], folders: Sequence[Path]) -> dict[str, Any]:
    """Return what run.json says of the runs together.

    Raise InputError when they scored different things.
    """
    first = records[0]
    # A run whose proxies read no images goes with any other.
    reading = [
        (one, folder) for one, folder in zip(records, folders, strict=True) if _reads_images(one)
    ]
    for other, folder in reading[1:]:
        if _identity(other.images) != _identity(reading[0][0].images):
            raise _apart(reading[0][1], folder, "images")
    for other, folder in zip(records[1:], folders[1:], strict=True):
        for key in SHARED:
            if getattr(other, key) != getattr(first, key):
                raise _apart(folders[0], folder, key)
        if other.archs.population != first.archs.population:
            raise InputError(
                f"{folders[0]} and {folder} differ in population: report them one by one"
            )
    return _together(records, reading[0][0] if reading else first)


def _together(records: Sequence[RunRecord], fed: RunRecord) -> dict[str, Any]:
    """Return what run.json says of runs that belong together, with the images of *fed*."""
    first = records[0]
    batches = sorted({batch for one in records for batch in one.batches or ()})
    declared = {one.against for one in records}
    archs = (
        msgspec.to_builtins(first.archs)
        if len(records) == 1
        else {"given": "those of several runs", "population": first.archs.population}
    )
    known = {proxy.name: proxy for one in records for proxy in one.proxies}
    return {
        **{key: getattr(first, key) for key in SHARED},
        "images": msgspec.to_builtins(fed.images),
        "archs": archs,
        "proxies": msgspec.to_builtins(list(known.values())),
        "targets": list(dict.fromkeys(target for one in records for target in one.targets)),
        "seeds": sorted({seed for one in records for seed in one.seeds}),
        **({"batches": batches} if batches else {}),
        "against": declared.pop() if len(declared) == 1 else None,
        "focus": next((one.focus for one in records if one.focus), None),
        "scored_by": [command for one in records for command in one.commands],
        **_shipped(records),
        **_left_out(records, known),
    }


def _shipped(records: Sequence[RunRecord]) -> dict[str, Any]:
    """Return which scores of all runs come with the harness; nothing where none does.

    Of several runs the files alone: they may share scores, or a report may show some of them.
    """
    used = [one.shipped for one in records if not isinstance(one.shipped, UnsetType)]
    if not used:
        return {}
    if len(records) == 1:
        return {"shipped": msgspec.to_builtins(used[0])}
    return {"shipped": {"files": sorted({name for one in used for name in one.files})}}


def _left_out(records: Sequence[RunRecord], known: Collection[str]) -> dict[str, Any]:
    """Return the proxies that runs leave out, but for those that another one has scored."""
    named = {
        name for one in records if not isinstance(one.left_out, UnsetType) for name in one.left_out
    }
    return {"left_out": sorted(named - set(known))} if named - set(known) else {}


def _apart(one: Path, other: Path, what: str) -> InputError:
    return InputError(
        f"{one} and {other} differ in {what}, so their scores do not belong together: compare "
        "them with python -m harness.overview"
    )


def _reads_images(record: RunRecord) -> bool:
    return any(reads_images(proxies.request(proxy.name)) for proxy in record.proxies)


def _identity(images: ImageFileRecord | str) -> str:
    """Return what a source of images is recognised by: a file by its content."""
    return images.sha256 if isinstance(images, ImageFileRecord) else images


def check_architectures(scores: pd.DataFrame, benchmark: str, folders: Sequence[Path]) -> None:
    """Raise InputError unless every row names an architecture by its index and string."""
    if (scores["benchmark"] != benchmark).any():
        raise InputError(
            f"{folders[0] / 'scores.csv'}: not all scores are of {benchmark}, which run.json names"
        )
    named = scores.drop_duplicates(["index", "arch"])
    space = benchmarks_data.get(benchmark)
    for index, arch in zip(named["index"], named["arch"], strict=True):
        if space.architecture(int(index)).string != arch:
            raise InputError(
                f"{folders[0] / 'scores.csv'}: {arch!r} is not index {index} of {benchmark}"
            )
