"""Trained results of a benchmark, whatever file they come from.

What a column's name says is read by :mod:`benchmarks_data.target`, files of tables by
:mod:`benchmarks_data.formats.table`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from benchmarks_data.errors import InputError, unknown
from benchmarks_data.target import Target


@dataclass(frozen=True)
class Table:
    """Trained results of a benchmark.

    Attributes:
        name: where it comes from, for people: a file's name or a package's.
        sha256: of the file's bytes, in hexadecimal.
        values: one row per architecture, indexed by its index; one float column per target, NaN
            where unknown.
        measurements: the files that further columns come from
            (:mod:`benchmarks_data.measurements`), name -> sha256.
    """

    name: str
    sha256: str
    values: pd.DataFrame
    measurements: Mapping[str, str] = field(default_factory=dict)

    def provenance(self) -> dict[str, Any]:
        """Return where the values come from, as plain values."""
        return {"name": self.name, "sha256": self.sha256, "measurements": dict(self.measurements)}

    def target(self, name: str) -> str:
        """Return *name* if the table has that column.

        Raise InputError with what it has otherwise.
        """
        if name not in self.values.columns:
            raise unknown(f"target of table {self.name}:", name, self.values.columns)
        return name

    def oriented(self, name: str) -> pd.Series:
        """Return the values of a target, those of a result of which less is better negated
        (:attr:`benchmarks_data.target.Target.sign`).
        """
        return self.values[name] * Target.parse(name).sign

    def known(self, targets: Sequence[str]) -> list[int]:
        """Return the architectures that have a value of one of *targets* at least, in ascending
        order.
        """
        return self.values.index[self.values[list(targets)].notna().any(axis=1)].tolist()

    @property
    def targets(self) -> list[Target]:
        """What the names of the columns say, in their order."""
        return [Target.parse(str(name)) for name in self.values.columns]

    def default_target(self, dataset: str) -> str:
        """Return the dataset's test column of the longest training, or the validation column where
        there is none of tests; no single run.

        Where there is no accuracy, it is a result such as the perplexity of tests,
        ``{dataset}_test_perplexity``, and where there is none either, the first column that begins
        with the dataset's name and is known after training alone.
        """
        means = [one for one in self.targets if one.dataset == dataset and one.run is None]
        tests = [one for one in means if one.split == "test"]
        tests = tests or [one for one in means if one.split == "valid"]
        tests = tests or self._measured(dataset)
        if not tests:
            raise InputError(
                f"table {self.name} has no column of results on {dataset}: name a --target among "
                f"{', '.join(self.values.columns)}, or another folder of tables with --tables"
            )
        return max(tests, key=lambda target: target.epochs or 0).name

    def _measured(self, dataset: str) -> list[Target]:
        """Return the first result of training on a dataset that is no accuracy: one of tests where
        there is any, else of validation, else any other.
        """
        splits = {"test": 0, "valid": 1}
        others = [
            one
            for one in self.targets
            if one.run is None and one.among([dataset]) and not one.is_known_before_training
        ]
        words = {one: one.name.removeprefix(f"{dataset}_").partition("_")[0] for one in others}
        return sorted(others, key=lambda one: splits.get(words[one], len(splits)))[:1]
