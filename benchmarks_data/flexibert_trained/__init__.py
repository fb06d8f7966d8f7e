"""The list of :mod:`benchmarks_data.flexibert` in the networks that its training code builds.

The results do not depend on the operations of a configuration, and the code says why: see
:func:`benchmarks_data.flexibert.space.as_trained` and docs/transformers.md.
"""

from __future__ import annotations

from benchmarks_data.flexibert import FlexiBert
from benchmarks_data.flexibert.space import Encoder, as_trained


class FlexiBertTrained(FlexiBert):
    """The benchmark's contract (:class:`benchmarks_data.benchmark.Benchmark`)."""

    name = "flexibert_trained"
    variant_of = "flexibert"
    description = "FlexiBERT: the same list, networks as the published training code builds them"

    def encoder(self, index: int) -> Encoder:
        return as_trained(super().encoder(index))


BENCHMARK = FlexiBertTrained()
