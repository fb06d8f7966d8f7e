"""The opcodes of pickles of protocol 2 to 5 that results need, and what each does.

No opcode that is not listed is read; none that is listed imports or calls anything.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks_data.formats.pickles.machine import TEXTS, Machine


def _pushing(value: Callable[[Machine], Any]) -> Callable[[Machine], None]:
    def operation(machine: Machine) -> None:
        machine.push(value(machine))

    return operation


OPERATIONS: dict[int, Callable[[Machine], Any]] = {
    0x80: lambda s: s.take(1),  # PROTO
    ord("("): Machine.mark,
    ord("}"): _pushing(lambda _: {}),
    ord("]"): _pushing(lambda _: []),
    ord(")"): _pushing(lambda _: ()),
    ord("N"): _pushing(lambda _: None),
    0x88: _pushing(lambda _: True),
    0x89: _pushing(lambda _: False),
    ord("q"): lambda s: s.put(s.unpack("<B")),
    ord("r"): lambda s: s.put(s.unpack("<I")),
    ord("h"): _pushing(lambda s: s.recall(s.unpack("<B"))),
    ord("j"): _pushing(lambda s: s.recall(s.unpack("<I"))),
    **{code: partial(Machine.push_text, code=code) for code in TEXTS},
    ord("C"): lambda s: s.push_bytes("<B"),
    ord("B"): lambda s: s.push_bytes("<I"),
    0x95: lambda s: s.take(8),  # FRAME
    0x94: Machine.memoize,
    0x93: Machine.push_name_of_stack,
    0x8F: _pushing(lambda _: []),  # EMPTY_SET
    0x90: lambda s: s.append(s.since_mark()),  # ADDITEMS
    ord("K"): _pushing(lambda s: s.unpack("<B")),
    ord("M"): _pushing(lambda s: s.unpack("<H")),
    ord("J"): _pushing(lambda s: s.unpack("<i")),
    0x8A: lambda s: s.push_long(s.unpack("<B")),
    ord("G"): _pushing(lambda s: s.unpack(">d")),
    0x85: lambda s: s.push_tuple(1),
    0x86: lambda s: s.push_tuple(2),
    0x87: lambda s: s.push_tuple(3),
    ord("t"): _pushing(lambda s: tuple(s.since_mark())),
    ord("u"): lambda s: s.set_items(s.since_mark()),
    ord("s"): Machine.set_item,
    ord("e"): lambda s: s.append(s.since_mark()),
    ord("a"): Machine.append_one,
    ord("c"): Machine.push_name,
    ord("R"): Machine.reduce,
    0x81: Machine.reduce,  # NEWOBJ
    ord("b"): Machine.build,
    ord("Q"): Machine.storage,
}
