"""Aggregates over any set of proxies.

Mohamed Abdelfattah, Abhinav Mehrotra, Lukasz Dudziak, Nicholas Lane, "Zero-Cost Proxies for
Lightweight NAS", ICLR 2021, https://arxiv.org/abs/2101.08134

vote = number of architectures that a majority ranks lower, minus those that one ranks higher;
mean_rank = mean of the ranks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from proxies import Paper, aggregate

if TYPE_CHECKING:
    from proxies.entries import Ranks

PAPER = Paper("Abdelfattah et al.", 2021, "https://arxiv.org/abs/2101.08134")
VOTERS = ("synflow", "jacov", "snip")


@aggregate("vote", of=VOTERS, open=True, paper=PAPER)
def vote(ranks: Ranks) -> Ranks:
    """Majority vote between each two architectures.

    Number of wins minus losses among those scored.
    """
    import numpy

    balance = numpy.zeros(len(ranks))
    for position in range(len(ranks)):  # one row of pairs at a time: memory stays linear
        balance[position] = numpy.sign(numpy.sign(ranks[position] - ranks).sum(axis=1)).sum()
    return balance


@aggregate("mean_rank", of=VOTERS, open=True, paper=PAPER)
def mean_rank(ranks: Ranks) -> Ranks:
    """Mean of the ranks among the architectures scored."""
    mean: Ranks = ranks.mean(axis=1)
    return mean
