"""Adaptive embeddings of tokens, and the adaptive softmax that shares them.

Frequent tokens, which have low ids, have wide embeddings, rare ones narrow ones: Baevski, Auli,
"Adaptive Input Representations for Neural Language Modeling", ICLR 2019, arXiv 1809.10853; Grave
et al., "Efficient softmax approximation for GPUs", ICML 2017, arXiv 1609.04309.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks_data.spaces.language.configuration import Configuration


class AdaptiveTokens(nn.Module):
    """Embeds tokens, and predicts them with the same weights.

    A divisor of 1 has one table of embeddings for all clusters, and a projection only where the
    widths differ; any other has a table and a projection for each cluster. Where a cluster's
    projection is not tied, its softmax has one of its own.
    """

    def __init__(self, configuration: Configuration) -> None:
        super().__init__()
        one = configuration
        self._ends, self._scale = one.ends, math.sqrt(one.width)
        self._single = one.divisor == 1
        ends, widths = (
            ((one.vocabulary,), (one.embedding,))
            if self._single
            else (
                one.ends,
                one.widths,
            )
        )
        starts = (0, *ends[:-1])
        self._spans = tuple(zip(starts, ends, strict=True))
        self.tables = nn.ModuleList(
            nn.Embedding(end - start, width)
            for (start, end), width in zip(self._spans, widths, strict=True)
        )
        projected = not self._single or one.embedding != one.width
        self.projections = nn.ParameterList(
            nn.Parameter(torch.empty(one.width, width)) for width in widths if projected
        )
        own = [cluster for cluster, tied in enumerate(one.tied) if projected and not tied]
        self.output_projections = nn.ParameterDict(
            {str(cluster): torch.empty(one.width, one.widths[cluster]) for cluster in own}
        )
        self.biases = nn.ParameterList(torch.empty(end - start) for start, end in self._spans)
        if len(one.ends) > 1:
            self.clusters = nn.Parameter(torch.empty(len(one.ends) - 1, one.embedding))
            self.cluster_bias = nn.Parameter(torch.empty(len(one.ends) - 1))

    def forward(self, ids: Tensor) -> Tensor:
        """Return embeddings (batch, length, width) of ids (batch, length)."""
        embedded = []
        for number, ((start, end), table) in enumerate(zip(self._spans, self.tables, strict=True)):
            values = table((ids - start).clamp(0, end - start - 1))
            if len(self.projections):
                values = functional.linear(values, self.projections[number])
            embedded.append(values)
        chosen: Tensor = embedded[0]
        for (start, _), values in zip(self._spans[1:], embedded[1:], strict=True):
            chosen = torch.where((ids >= start).unsqueeze(-1), values, chosen)
        return chosen * self._scale

    def log_probabilities(self, hidden: Tensor) -> Tensor:
        """Return the logarithms of the probabilities of all tokens, (batch, vocabulary), for hidden
        states (batch, width).
        """
        logits = [self._logits(hidden, cluster) for cluster in range(len(self._ends))]
        if len(logits) == 1:
            return functional.log_softmax(logits[0], dim=1)
        into = self._project(hidden, 0)
        rare = functional.linear(into, self.clusters, self.cluster_bias)
        first = functional.log_softmax(torch.cat([logits[0], rare], dim=1), dim=1)
        count = self._ends[0]
        parts = [first[:, :count]]
        for place, values in enumerate(logits[1:]):
            within = functional.log_softmax(values, dim=1)
            parts.append(within + first[:, count + place].unsqueeze(1))
        return torch.cat(parts, dim=1)

    def _logits(self, hidden: Tensor, cluster: int) -> Tensor:
        """Return the logits of a cluster's tokens, (batch, tokens)."""
        into = self._project(hidden, cluster)
        table = self.tables[0 if self._single else cluster]
        assert isinstance(table, nn.Embedding)
        if not self._single:
            return functional.linear(into, table.weight, self.biases[cluster])
        tokens = slice((0, *self._ends)[cluster], self._ends[cluster])
        return functional.linear(into, table.weight[tokens], self.biases[0][tokens])

    def _project(self, hidden: Tensor, cluster: int) -> Tensor:
        """Return hidden states as wide as a cluster's embeddings."""
        if str(cluster) in self.output_projections:
            return torch.matmul(hidden, self.output_projections[str(cluster)])
        if not len(self.projections):
            return hidden
        return torch.matmul(hidden, self.projections[0 if self._single else cluster])
