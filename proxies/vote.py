"""Aggregates over any set of proxies.

Mohamed Abdelfattah, Abhinav Mehrotra, Lukasz Dudziak, Nicholas Lane, "Zero-Cost Proxies for
Lightweight NAS", ICLR 2021, https://arxiv.org/abs/2101.08134

vote = number of architectures that a majority ranks lower, minus those that one ranks higher;
mean_rank = mean of the ranks. Logarithms of ranks: Junghyup Lee, Bumsub Ham, "AZ-NAS", CVPR 2024,
https://arxiv.org/abs/2403.19232; log_rank = sum of log(rank / n).
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


@aggregate(
    "log_rank",
    of=VOTERS,
    open=True,
    paper=Paper("Lee and Ham", 2024, "https://arxiv.org/abs/2403.19232"),
)
def log_rank(ranks: Ranks) -> Ranks:
    """Sum of log(rank / n) over the components, n being the number of architectures scored.

    A low rank by one component weighs more than a high one by another. az_nas is this sum of four.
    """
    return log_ranks(ranks)


def log_ranks(ranks: Ranks) -> Ranks:
    """Return the sum over the components of log(rank / n)."""
    import numpy

    total: Ranks = numpy.log(ranks / len(ranks)).sum(axis=1)
    return total
