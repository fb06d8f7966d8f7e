"""What a notebook imports: scores of any network, and runs as function calls.

``harness.score``, ``harness.compare`` and ``harness.evaluate`` are these functions.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from benchmarks_data.errors import InputError, unknown
from harness.analysis.aggregates import with_aggregates
from harness.runs.evaluation import evaluate
from proxies import Request, expand, registered, request
from proxies.entries import ALL
from proxies.requests import direction, with_batch
from proxies.status import NOT_APPLICABLE

if TYPE_CHECKING:
    import torch
    from torch import nn

    from harness.scoring.own_copies import Setting

__all__ = ["compare", "evaluate", "score"]

SCORE_COLUMNS = ["proxy", "score", "seconds", "status"]
RANKS_ONE = f"{NOT_APPLICABLE}it ranks several networks, and there is one"
RANKS_SEVERAL = f"{NOT_APPLICABLE}it ranks several networks: use harness.compare"


def score(
    network: nn.Module,
    proxies: str | Iterable[str] = "all",
    *,
    image_shape: tuple[int, int, int] = (3, 32, 32),
    classes: int | None = None,
    images: torch.Tensor | None = None,
    labels: torch.Tensor | None = None,
    inputs: Mapping[str, torch.Tensor] | None = None,
    stages: Sequence[Any] | None = None,
    operations: Sequence[Any] | None = None,
    batch: int | None = None,
    seed: int = 0,
    weights: str = "as they are",
    dtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
) -> pd.DataFrame:
    """Score any network.

    The network is not changed: all is computed on copies, in evaluation mode (dropout does nothing;
    batch normalisation is as each score defines it). The global random states stay as they are.

    A score that the network cannot have is missing (NaN), and its status says why: ``not
    applicable: the score is of patterns of ReLUs, and the network also computes gelu``. Scores of
    networks at initialisation (zen, te_ntk, te_regions, az_...) draw the weights of Conv2d and
    Linear modules anew by *seed*, with biases of 0; every other score takes the weights that there
    are.

    Args:
        network: images (batch, channels, height, width) -> logits (batch, classes); or what
            *inputs* names -> logits, of every sample or every token.
        proxies: ``all``, one, or several, each with its options: ``synflow``, ``snip[batch=16]``.
        image_shape: (channels, height, width) of the images that are drawn.
        classes: how many the network tells apart; by default the width of its output.
        images: a batch of your own (n, channels, height, width), normalised, in place of drawn
            ones. A score takes the first of them, as many as its option batch says (zico twice as
            many).
        labels: of *images* or *inputs*, (n,) whole numbers; (n, length) where there are logits of
            every token.
        inputs: keyword tensors of a network that takes no images; their first axis counts samples.
        stages: modules, or their names, that follow one another, for scores that are taken stage by
            stage.
        operations: the operations of the network's cells, for scores that are taken of these: names
            of modules, each on an edge of its own and live where its output is not zero and reaches
            the network's; or `benchmarks_data.benchmark.Operation`.
        batch: how many images a score reads, for all proxies that have the option and do not name
            one themselves; their names then say so, as in ``snip[batch=8]``. None for each one's
            default, which large images make slow.
        seed: draws images, labels, noise and, if wanted, weights.
        weights: ``as they are``, or ``drawn`` by *seed*: convolutions and linear layers uniform in
            +-1/sqrt(fan in), other modules as their ``reset_parameters`` says.
        dtype: float32 or float64; by default that of the network's first parameter.
        device: of the computation; by default that of the network's first parameter.

    Returns:
        A row for each proxy: ``proxy``, ``score``, ``seconds`` (those of a pass that several
        proxies share count for each), ``status``, which is ``ok`` or why the score is missing.

    Raises:
        InputError: something that was given cannot be used; the message says what and where.
    """
    requests = _requests(proxies, batch)
    from torch import nn

    from harness.scoring.own_inputs import checked
    from harness.scoring.own_networks import score_network

    if not isinstance(network, nn.Module):
        raise InputError(f"network must be a torch.nn.Module, not {_kind(network)}")
    rows = score_network(
        network,
        [one.name for one in requests if not one.components],
        checked(image_shape, images, labels, inputs),
        _setting(network, seed, weights, dtype, device, classes),
        stages=_listed("stages", stages),
        operations=_listed("operations", operations),
    )
    scored = {one.proxy: (one.proxy, one.score, one.seconds, one.status) for one in rows}
    return pd.DataFrame(
        [scored.get(one.name, (one.name, math.nan, 0.0, RANKS_SEVERAL)) for one in requests],
        columns=SCORE_COLUMNS,
    )


def compare(
    networks: Sequence[nn.Module] | Mapping[str, nn.Module],
    proxies: str | Iterable[str] = "all",
    *,
    stages: Sequence[Any] | Mapping[str, Sequence[Any]] | None = None,
    operations: Sequence[Any] | Mapping[str, Sequence[Any]] | None = None,
    batch: int | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Score several networks and rank them.

    Aggregates (vote, az_nas, ...) are among the scores, since they are made of ranks.

    Args:
        networks: a list, whose networks are named 0, 1, ...; or a dict by name.
        proxies: as in `score`.
        stages: as in `score`, the same names for all networks; or a dict by network.
        operations: the same.
        batch: as in `score`; the components of aggregates keep their own.
        options: the other arguments of `score`, the same for all networks.

    Returns:
        A row for each network and proxy: ``network``, ``proxy``, ``score``, ``rank`` among the
        networks that have the score (1 is the best, equal scores share the mean of their ranks),
        ``seconds``, ``status``.

    Raises:
        InputError: as `score`, with the name of the network.
    """
    named = _named(networks)
    requests = _requests(proxies, batch)
    _check_named("stages", stages, named)
    _check_named("operations", operations, named)
    parts = expand(requests)
    frames = []
    for number, (name, network) in enumerate(named.items()):
        try:
            frame = score(
                network,
                [one.name for one in parts],
                stages=stages.get(name) if isinstance(stages, Mapping) else stages,
                operations=operations.get(name) if isinstance(operations, Mapping) else operations,
                **options,
            )
        except InputError as error:
            raise InputError(f"network {name}: {error}") from error
        frames.append(frame.assign(index=number, arch=name))
    seed = options.get("seed", 0)
    scores = pd.concat(frames, ignore_index=True).assign(benchmark="", seed=seed, batch=seed)
    scores = with_aggregates(scores, requests)
    if len(named) == 1:
        ranks = scores["proxy"].isin([one.name for one in requests if one.components])
        scores.loc[ranks, ["score", "status"]] = math.nan, RANKS_ONE
    return _ranked(scores, [one.name for one in requests])


def _requests(names: Any, batch: Any) -> list[Request]:
    """Return what is asked for, each once."""
    if batch is not None and (isinstance(batch, bool) or not isinstance(batch, int) or batch < 1):
        raise InputError(f"batch must be a positive whole number, not {batch!r}")
    if isinstance(names, str):
        names = [names]
    if not isinstance(names, Iterable) or not (listed := list(names)):
        raise InputError(
            f"proxies must be 'all', a name or a list of names, not {names!r}: available: "
            f"{', '.join(registered())}"
        )
    wanted: dict[str, Request] = {}
    for name in listed:
        if not isinstance(name, str):
            raise InputError(f"a proxy is given by its name, not as {_kind(name)}")
        for text in registered() if name == ALL else [name]:
            one = request(text) if batch is None else with_batch(text, batch)
            wanted.setdefault(one.name, one)
    return list(wanted.values())


def _setting(
    network: nn.Module, seed: Any, weights: Any, dtype: Any, device: Any, classes: Any
) -> Setting:
    import torch

    from harness.scoring.own_copies import WEIGHTS, Setting

    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed must be a whole number, 0 or more, not {seed!r}")
    if weights not in WEIGHTS:
        raise InputError(f"weights must be {' or '.join(map(repr, WEIGHTS))}, not {weights!r}")
    if classes is not None and (
        isinstance(classes, bool) or not isinstance(classes, int) or classes < 1
    ):
        raise InputError(f"classes must be a positive whole number, not {classes!r}")
    first = next((one for one in network.parameters() if one.is_floating_point()), None)
    dtype = dtype or (torch.float32 if first is None else first.dtype)
    if dtype not in (torch.float32, torch.float64):
        raise InputError(f"scores are computed in float32 or float64, not {dtype}: give dtype=")
    try:
        place = torch.device(device or ("cpu" if first is None else first.device))
        torch.empty(0, device=place)
    except (RuntimeError, TypeError, AssertionError) as error:
        raise InputError(f"device {device!r} cannot be used: {_line(error)}") from error
    if place.type == "meta":
        raise InputError("the network is on the device meta, without weights: give device=")
    return Setting(seed, weights, dtype, place, classes)


def _listed(argument: str, given: Any) -> list[Any] | None:
    if given is None:
        return None
    if isinstance(given, str) or not isinstance(given, Iterable) or not (listed := list(given)):
        raise InputError(
            f"{argument} must be a list of modules of the network or their names, not {given!r}: "
            "leave it out where there are none"
        )
    return listed


def _kind(value: Any) -> str:
    return f"a {type(value).__name__}"


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


def _ranked(scores: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    directions = scores["proxy"].map({name: direction(name) for name in scores["proxy"].unique()})
    oriented = scores["score"] * directions
    ranks = oriented.groupby(scores["proxy"]).rank(ascending=False)
    frame = scores.assign(rank=ranks)[scores["proxy"].isin(names)]
    frame = frame.assign(order=frame["proxy"].map(list(names).index))
    frame = frame.sort_values(["order", "index"], kind="stable", ignore_index=True)
    columns = ["network", "proxy", "score", "rank", "seconds", "status"]
    return frame.rename(columns={"arch": "network"})[columns]


def _named(networks: Any) -> dict[str, nn.Module]:
    if isinstance(networks, Mapping):
        named = {str(name): network for name, network in networks.items()}
    elif isinstance(networks, list | tuple):
        named = {str(number): network for number, network in enumerate(networks)}
    else:
        raise InputError(
            f"networks must be a list or a dict of networks, not a {type(networks).__name__}"
        )
    if not named:
        raise InputError("networks is empty: give at least one network")
    return named


def _check_named(argument: str, given: Any, named: Mapping[str, Any]) -> None:
    if isinstance(given, Mapping):
        for name in given:
            if name not in named:
                raise unknown(f"network in {argument}:", str(name), named)
