"""A small leaderboard, for tests of its page: made-up numbers of two boards."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

import proxies
from harness.leaderboard.page_boards import ShownBoard
from harness.leaderboard.page_document import Page
from harness.leaderboard.page_render import board_views
from harness.leaderboard.page_scores import score_views
from harness.leaderboard.profiles import Profile, profile
from harness.leaderboard.standings import STANDING_COLUMNS

LONG = "swap[mu=0.6,sigma=0.1]"
HOSTILE = Profile(
    "mine",
    "training-free",
    "<img src=x onerror=document.title='hit'>",
    ("</script><b>",),
    ("labels",),
    "<i>",
    trained=12,
    handed_in=True,
)


def standing(**taus: float) -> pd.DataFrame:
    """Return the rows of a board; intervals reach .1 to each side."""
    rows = [
        {
            "proxy": LONG if name == "long" else name,
            "place": place,
            "place_low": 1,
            "place_high": len(taus),
            "tau": tau,
            "tau_low": tau - 0.1,
            "tau_high": tau + 0.1,
            "ndcg": 0.5 + place / 1000,
            "precision_top10": 0.25,
            "seconds": 10 ** (place / 10),
            "n": 100,
            "missing": place,
        }
        for place, (name, tau) in enumerate(taus.items(), 1)
    ]
    return pd.DataFrame(rows, columns=STANDING_COLUMNS)


def board(dataset: str, rows: pd.DataFrame) -> ShownBoard:
    return ShownBoard(
        f"nb201-{dataset}",
        "nb201",
        dataset,
        f"{dataset}_test_200ep",
        100,
        15625,
        1,
        rows,
        {"grasp": 40},
        {"dss": "no <attention>"},
        "python -m harness.run --proxy zeros",
        "made-up.csv",
    )


def page(folder: Path) -> Page:
    """Return a page whose figures lie in *folder*."""
    first = standing(zico=0.7, long=0.65, live_params=0.6, zeros=0.5, mine=0.1, plain=-0.5)
    second = standing(zeros=0.4, params=0.2, zico=math.nan)
    boards = [board("cifar10", first), board("cifar100", second)]
    names = dict.fromkeys(name for one in boards for name in one.names)
    profiles = {name: HOSTILE if name == "mine" else profile(name) for name in names}
    views = board_views(boards, profiles, folder)
    return Page(
        ["Opening & <all>."],
        views,
        score_views(views, profiles),
        "python -m harness.scores page --out '<b>'",
        [("versions, torch", "<2>")],
        ["nb101 cifar10, 300 architectures: no <score> of it is complete yet"],
    )


def large_page(folder: Path) -> Page:
    """Return a page of 40 scores on 20 boards."""
    stream = np.random.default_rng(0)
    names = [*list(proxies.registered())[:38], LONG, "zeros[aggregate=min]"]
    rows = [
        standing(**dict(zip(names, sorted(stream.uniform(-0.5, 0.8, 40))[::-1], strict=True)))
        for _ in range(20)
    ]
    boards = [
        replace(board(f"data{number}", its), waiting={}, beside={})
        for number, its in enumerate(rows)
    ]
    profiles = {name: profile(name) for name in names}
    views = board_views(boards, profiles, folder)
    return Page(
        ["Large."], views, score_views(views, profiles), "python -m harness.scores page", []
    )
