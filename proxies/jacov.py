"""Jacobian covariance.

Joseph Mellor, Jack Turner, Amos Storkey, Elliot J. Crowley, "Neural Architecture Search without
Training", first version, 2020, https://arxiv.org/abs/2006.04647v1

score = -sum over l of (log(l + 1e-5) + 1 / (l + 1e-5)), l the eigenvalues of the correlation matrix
of the images' Jacobians.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from proxies import Paper, proxy

if TYPE_CHECKING:
    from proxies.passes.jacobian import InputJacobian

K = 1e-5


@proxy(
    "jacov",
    reads="input_jacobian",
    ignores_dead_edges=True,
    paper=Paper("Mellor et al.", 2020, "https://arxiv.org/abs/2006.04647v1"),
    options={"batch": 64},
)
def jacov(jacobian: InputJacobian) -> float:
    """Jacobian covariance: how uncorrelated the derivatives of the summed logits by the images are.

    Training mode and the sum of all logits, as in zero-cost-nas; the authors' first code has
    evaluation mode and a single logit. Eigenvalues near 0 enter as 1 / (l + 1e-5), so that float32
    reorders cells that are close (tau .98 with float64).

    On 1,000 cells the mean rank of three seeds agrees with NAS-Bench-Suite-Zero's single one at tau
    .85, as single seeds agree with one another at .83: weights and images decide the rest. An image
    whose Jacobian is constant (of a disconnected network, zero) has no correlation with others:
    undefined.
    """
    import torch

    correlation = jacobian.rows.corrcoef()
    if not correlation.isfinite().all():
        return math.nan
    # Rounding may put an eigenvalue of a singular matrix below zero.
    eigenvalues = torch.linalg.eigvalsh(correlation).clamp_min(0) + K
    return -float((eigenvalues.log() + 1 / eigenvalues).sum())
