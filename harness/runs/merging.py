"""Several runs as one: their scores, and what run.json says of them together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import benchmarks_data
import proxies
from benchmarks_data.errors import InputError
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
    rank = {name: position for position, name in enumerate(whole["proxy"].unique())}
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
    return with_aggregates(single, aggregates)


def merged_settings(settings: Sequence[dict[str, Any]], folders: Sequence[Path]) -> dict[str, Any]:
    """Return what run.json says of the runs together.

    Raise InputError when they scored different things.
    """
    first = settings[0]
    reading = _check_shared(settings, folders)
    known = {proxy["name"]: proxy for one in settings for proxy in one["proxies"]}
    targets = list(dict.fromkeys(target for one in settings for target in one["targets"]))
    seeds = sorted({seed for one in settings for seed in one["seeds"]})
    batches = sorted({batch for one in settings for batch in one.get("batches", [])})
    declared = {one.get("against") for one in settings}
    sources = [command for one in settings for command in one.get("scored_by", [one["command"]])]
    archs = (
        first["archs"]
        if len(settings) == 1
        else {"given": "those of several runs", "population": first["archs"]["population"]}
    )
    return {
        **{key: first[key] for key in SHARED},
        "images": (reading or first)["images"],
        "archs": archs,
        "proxies": list(known.values()),
        "targets": targets,
        "seeds": seeds,
        **({"batches": batches} if batches else {}),
        "against": declared.pop() if len(declared) == 1 else None,
        "scored_by": sources,
    }


def _check_shared(
    settings: Sequence[dict[str, Any]], folders: Sequence[Path]
) -> dict[str, Any] | None:
    """Raise InputError when runs scored different things, and return one that reads images.

    None where no run does.
    """
    first = settings[0]
    # A run whose proxies read no images goes with any other.
    reading = [
        (one, folder) for one, folder in zip(settings, folders, strict=True) if _reads_images(one)
    ]
    for other, folder in reading[1:]:
        if _identity(other["images"]) != _identity(reading[0][0]["images"]):
            raise _apart(reading[0][1], folder, "images")
    for other, folder in zip(settings[1:], folders[1:], strict=True):
        for key in SHARED:
            if other[key] != first[key]:
                raise _apart(folders[0], folder, key)
        if other["archs"]["population"] != first["archs"]["population"]:
            raise InputError(
                f"{folders[0]} and {folder} differ in population: report them one by one"
            )
    return reading[0][0] if reading else None


def _apart(one: Path, other: Path, what: str) -> InputError:
    return InputError(
        f"{one} and {other} differ in {what}, so their scores do not belong together: compare "
        "them with python -m harness.overview"
    )


def _reads_images(settings: dict[str, Any]) -> bool:
    return any(reads_images(proxies.request(proxy["name"])) for proxy in settings["proxies"])


def _identity(setting: Any) -> Any:
    """Return what a setting is recognised by: a file by its content."""
    return setting["sha256"] if isinstance(setting, dict) else setting


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
