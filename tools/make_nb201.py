"""A synthetic NAS-Bench-201 file, made by the package's own classes.

``python -m tools.make_nb201 FILE [COUNT]``.

It has the structure of the official files (four datasets, up to three seeds, accuracies, losses and
times of each epoch), and random values.
"""

from __future__ import annotations

import argparse
import itertools
import pickle
import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from nas_201_api.api_utils import ArchResults, ResultsCount

from benchmarks_data.formats.torch_file import MAGIC, VERSION
from benchmarks_data.nb201 import space

SEEDS = {
    "cifar10-valid": (777, 888, 999),
    "cifar10": (888, 777),
    "cifar100": (777, 999),
    "ImageNet16-120": (777,),
}
_LONG_BINPUT = struct.Struct("<cI")
EVALUATED = {"cifar10-valid": ("x-valid", "ori-test"), "cifar10": ("ori-test",)}


def results(index: int, epochs: int) -> ArchResults:
    """Return an architecture's results, every value its own."""
    stream = np.random.default_rng([index, epochs])
    string = space.format_cell(space.cell(index))
    results = ArchResults(index, string)
    for dataset, seeds in SEEDS.items():
        for seed in seeds:
            values = stream.uniform(0, 100, (4, epochs)).tolist()
            config = {"channel": 16, "num_cells": 5, "arch_str": string, "class_num": 10}
            count = ResultsCount(
                dataset, None, None, None, 0.3, 11.5 + index, config, seed, epochs, [0.01, 0.03]
            )
            count.update_train_info(*(dict(enumerate(row)) for row in values))
            for name in EVALUATED.get(dataset, ("x-valid", "x-test", "ori-test")):
                rows = stream.uniform(0, 100, (3, epochs)).tolist()
                count.update_eval(
                    *({f"{name}@{epoch}": value for epoch, value in enumerate(row)} for row in rows)
                )
            results.update(dataset, seed, count)
    return results


def benchmark(count: int, epochs: tuple[int, int]) -> dict[str, Any]:
    """Return the object that such a file holds, with the results of the first *count*
    architectures.
    """
    infos = {
        index: {
            "full": results(index, epochs[1]).state_dict(),
            "less": results(index, epochs[0]).state_dict(),
        }
        for index in range(count)
    }
    strings = [space.format_cell(cell) for cell in space.cells()]
    return {"meta_archs": strings, "arch2infos": infos, "evaluated_indexes": set(range(count))}


def write(
    path: Path, count: int, epochs: tuple[int, int] = (12, 200), *, zipped: bool = False
) -> None:
    """Write a file as torch did then, or as it does now."""
    torch.save(benchmark(count, epochs), path, _use_new_zipfile_serialization=zipped)


class Emitter:
    """Writes a pickle of protocol 2 as Python's pickler does, but without keeping what it has
    written: for files of any size.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.remembered = file, 0
        self.shared: dict[str, int] = {}

    def put(self) -> bytes:
        self.remembered += 1
        return _LONG_BINPUT.pack(b"r", self.remembered - 1)

    def save(self, value: Any) -> None:
        write = self.file.write
        match value:
            case None | True | False:
                write({None: b"N", True: b"\x88", False: b"\x89"}[value])
            case int():
                write(b"J" + value.to_bytes(4, "little", signed=True))
            case float():
                write(b"G" + struct.pack(">d", value))
            case str():
                self.text(value)
            case tuple() if len(value) == 2:
                self.save(value[0])
                self.save(value[1])
                write(b"\x86" + self.put())
            case list():
                write(b"]" + self.put() + b"(")
                for item in value:
                    self.save(item)
                write(b"e")
            case dict():
                write(b"}" + self.put() + b"(")
                self.pairs(value)
                write(b"u")
            case _:
                raise TypeError(f"{value!r}")

    def text(self, value: str) -> None:
        """Write a text: names that objects share are written once."""
        if value in self.shared:
            self.file.write(_LONG_BINPUT.pack(b"j", self.shared[value]))
            return
        data = value.encode()
        if "@" not in value:
            self.shared[value] = self.remembered
        self.file.write(b"X" + len(data).to_bytes(4, "little") + data + self.put())

    def pairs(self, items: dict[Any, Any]) -> None:
        """Write the items of a dictionary, numbers by epoch in one go."""
        keys = list(items)
        if len(keys) < 2 or not all(isinstance(items[key], float) for key in keys):
            for key in keys:
                self.save(key)
                self.save(items[key])
        elif isinstance(keys[0], int):
            rows = np.zeros(
                len(keys), dtype=[("op", "S1"), ("key", "u1"), ("g", "S1"), ("value", ">f8")]
            )
            rows["op"], rows["key"], rows["g"], rows["value"] = (
                b"K",
                keys,
                b"G",
                list(items.values()),
            )
            self.file.write(rows.tobytes())
        else:
            for length, group in itertools.groupby(keys, len):
                self.texts(list(group), length, items)

    def texts(self, keys: list[str], length: int, items: dict[str, float]) -> None:
        kind = [
            ("op", "S1"),
            ("length", "<u4"),
            ("key", f"S{length}"),
            ("put", "S1"),
            ("number", "<u4"),
            ("g", "S1"),
            ("value", ">f8"),
        ]
        rows = np.zeros(len(keys), dtype=kind)
        rows["op"], rows["length"], rows["key"], rows["put"], rows["g"] = (
            b"X",
            length,
            keys,
            b"r",
            b"G",
        )
        rows["number"] = np.arange(self.remembered, self.remembered + len(keys))
        rows["value"] = [items[key] for key in keys]
        self.remembered += len(keys)
        self.file.write(rows.tobytes())


def write_large(
    path: Path, count: int = space.SIZE, epochs: tuple[int, int] = (12, 200), distinct: int = 40
) -> None:
    """Write a file of any size in torch's older format.

    The numbers of *distinct* architectures come again and again.
    """
    strings = [space.format_cell(cell) for cell in space.cells()]
    pool = [
        {
            "full": results(index, epochs[1]).state_dict(),
            "less": results(index, epochs[0]).state_dict(),
        }
        for index in range(distinct)
    ]
    with path.open("wb") as file:
        for header in (MAGIC, VERSION, {"protocol_version": 1001, "little_endian": True}):
            file.write(pickle.dumps(header, protocol=2))
        emitter = Emitter(file)
        file.write(b"\x80\x02}" + emitter.put() + b"(")
        emitter.save("meta_archs")
        emitter.save(strings)
        emitter.save("arch2infos")
        file.write(b"}" + emitter.put())
        for index in range(count):
            file.write(b"(")
            emitter.save(index)
            emitter.save(
                {
                    name: {**part, "arch_index": index, "arch_str": strings[index]}
                    for name, part in pool[index % distinct].items()
                }
            )
            file.write(b"u")
        emitter.save("evaluated_indexes")
        emitter.save(list(range(count)))
        file.write(b"u." + pickle.dumps([], protocol=2))  # no tensors follow


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description="Write a synthetic NAS-Bench-201 file: 6.3 GB for all architectures."
    )
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "count",
        type=int,
        nargs="?",
        default=space.SIZE,
        help="number of architectures (default: all)",
    )
    arguments = parser.parse_args()
    write_large(arguments.file, arguments.count)
