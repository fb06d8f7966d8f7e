"""The methods that train a supernet; one more is an entry of TRAINED."""

from __future__ import annotations

from dataclasses import dataclass

#: The operation that hands its input on.
SKIP = "skip_connect"
#: The record that these searches leave.
RECORD = "trained_search.json"


@dataclass(frozen=True)
class Trained:
    """A method that trains the weights of a supernet and its alpha in turn.

    Attributes:
        name: its own.
        description: what it does, in one line.
        paper: authors, title, year and address.
        second_order: alpha is judged by weights that are one step ahead.
        grows: the supernet begins with one operation, and the others enter one after the other.
        epochs: how long its authors search.
        beta: times (e - 1) / E the factor of beta-decay in epoch e of E; 0 is none.
        flood: the flood level of the loss of the weights; 0 is none.
    """

    name: str
    description: str
    paper: str
    second_order: bool = False
    grows: bool = False
    epochs: int = 50
    beta: float = 0.0
    flood: float = 0.0


_DARTS = (
    "Liu, Simonyan, Yang, DARTS: Differentiable Architecture Search, ICLR 2019, "
    "https://arxiv.org/abs/1806.09055"
)

#: All by name. The flood level of beta-darts++ is this project's: the paper's could not be read.
TRAINED = {
    method.name: method
    for method in (
        Trained("darts", "trains weights and alpha in turn, first order", _DARTS),
        Trained(
            "darts-2nd",
            "trains alpha by the loss of weights one step ahead, second order",
            _DARTS,
            second_order=True,
        ),
        Trained(
            "beta-darts",
            "adds a growing decay of the softmax of alpha",
            "Ye et al., beta-DARTS: Beta-Decay Regularization for Differentiable Architecture "
            "Search, CVPR 2022, https://arxiv.org/abs/2203.01665",
            epochs=100,
            beta=50.0,
        ),
        Trained(
            "beta-darts++",
            "adds flooding of the loss of the weights to beta-darts",
            "Ye et al., beta-DARTS++: Bi-level Regularization for Proxy-robust Differentiable "
            "Architecture Search, 2023, https://arxiv.org/abs/2301.06393",
            epochs=100,
            beta=50.0,
            flood=0.2,
        ),
        Trained(
            "opp-darts",
            "lets operations enter one after the other, the skip connection last",
            "Zhu, Li, Liu, Liao, Wang, Operation-level Progressive Differentiable Architecture "
            "Search, ICDM 2021, https://arxiv.org/abs/2302.05632",
            grows=True,
        ),
    )
}
