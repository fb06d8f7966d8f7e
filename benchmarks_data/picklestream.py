"""A reader of pickles that never builds more than a part of them, and never imports anything.

Python's unpickler builds the whole object: the 2 GB of NAS-Bench-201's results become some 28 GB of
dictionaries. This one hands over each part as soon as it is complete and forgets it, and reads runs
of numbers at once. Only containers, texts and numbers come to life; a class is a :class:`Foreign`
name, what is made of one a :class:`Foreign` too. Keys of dictionaries are plain, so that no nesting
is too deep to be hashed, and texts cannot be referred to without end.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks_data.picklecalls import Foreign, PickleError, made, plain_keys
from benchmarks_data.pickleruns import RUNS, SHORT, STARTS, text_run

#: All texts that are referred to again have at most so many times the bytes of the whole.
_REPEATS = 16
#: The opcodes of texts, and how their lengths are written.
_TEXTS = {0x58: "<I", 0x55: "<B", 0x54: "<i", 0x8C: "<B"}


class PickleStream:
    """A pickle of protocol 2 to 5 in *data* (bytes or a memory map) from byte *start* on.

    Attributes:
        result: the object, once :meth:`parts` has been exhausted.
        end: the byte after the pickle, likewise.
        place: the byte that has been read up to.
    """

    def __init__(self, data: Any, start: int = 0) -> None:
        self.data, self.place, self.end = data, start, start
        self.result: Any = None
        self._stack: list[Any] = []
        self._marks: list[int] = []
        # Where each remembered text stands, -1 for other objects, which are in _memo: millions of
        # texts are used once.
        self._texts = array("q")
        self._memo: dict[int, Any] = {}
        self._text_at = -1
        self._recalled = 0

    def read(self) -> Any:
        """Return the whole object."""
        for _ in self.parts(lambda _: False):
            pass
        return self.result

    def parts(
        self, is_part: Callable[[dict[Any, Any]], bool]
    ) -> Iterator[tuple[Any, dict[Any, Any]]]:
        """Yield each dictionary that *is_part* accepts as soon as it is complete, with the key that
        stands before it.

        It is emptied afterwards, and what it held is forgotten. A later reference to that is an
        error.

        Raises:
            PickleError: see there.
        """
        try:
            while True:
                code = self.data[self.place]
                self.place += 1
                if code == 0x2E:  # STOP
                    (self.result,) = self._stack
                    self.end = self.place
                    return
                _OPERATIONS[code](self)
                if code in (0x75, 0x73) and is_part(top := self._stack[-1]):  # SETITEMS, SETITEM
                    yield (self._stack[-2] if len(self._stack) > 1 else None), top
                    self._forget(top)
        except KeyError as error:
            raise PickleError(
                f"byte {self.place}: no part of a pickle of results (opcode {error})"
            ) from error
        except (
            IndexError,
            struct.error,
            TypeError,
            ValueError,
            UnicodeDecodeError,
            RecursionError,
            OverflowError,
        ) as error:
            raise (
                error
                if isinstance(error, PickleError)
                else PickleError(f"byte {self.place}: damaged or cut off ({error})")
            ) from error

    def _forget(self, part: dict[Any, Any]) -> None:
        part.clear()
        self._memo = {
            number: value for number, value in self._memo.items() if isinstance(value, Foreign)
        }

    # What the opcodes do. Each reads its argument, if any, and changes the stack.

    def _take(self, count: int) -> bytes:
        if count < 0:
            raise PickleError("a negative length")
        taken: bytes = self.data[self.place : self.place + count]
        if len(taken) < count:
            raise PickleError("the file is cut off")
        self.place += count
        return taken

    def _unpack(self, form: str) -> Any:
        (value,) = struct.unpack(form, self._take(struct.calcsize(form)))
        return value

    def _push(self, value: Any) -> None:
        self._stack.append(value)

    def _since_mark(self) -> list[Any]:
        start = self._marks.pop()
        items = self._stack[start:]
        del self._stack[start:]
        return items

    def _mark(self) -> None:
        self._marks.append(len(self._stack))
        self._run()

    def _run(self) -> None:
        """Read the pairs that follow a mark, as long as they are of a key and a number."""
        self._text_pairs()
        while (kind := STARTS.get(self.data[self.place])) is not None:
            pattern, width, key_type, refers = RUNS[kind]
            found = pattern.match(self.data, self.place)
            if not found:
                return
            pairs = np.frombuffer(
                found[0],
                dtype=np.dtype([("op", "u1"), ("key", key_type), ("g", "u1"), ("value", ">f8")]),
            )
            keys = pairs["key"].tolist()
            items: list[Any] = [None] * (2 * len(keys))
            items[0::2] = map(self._recall, keys) if refers else keys
            items[1::2] = pairs["value"].tolist()
            self._stack += items
            self.place += len(pairs) * (width + 9)

    def _text_pairs(self) -> None:
        """Read pairs of a short text, which is remembered, and a float.

        Texts of one length at once.
        """
        while self.data[self.place] == 0x58 and (length := self.data[self.place + 1]) < SHORT:
            pattern, kind = text_run(length)
            found = pattern.match(self.data, self.place)
            if not found:
                return
            pairs = np.frombuffer(found[0], dtype=kind)
            first = len(self._texts)
            if not np.array_equal(pairs["number"], np.arange(first, first + len(pairs))):
                return
            self._texts.extend(range(self.place, self.place + len(found[0]), kind.itemsize))
            items: list[Any] = [None] * (2 * len(pairs))
            items[0::2] = [str(key, "utf-8", "surrogatepass") for key in pairs["key"].tolist()]
            items[1::2] = pairs["value"].tolist()
            self._stack += items
            self.place += len(found[0])

    def _recall(self, number: int) -> Any:
        at = self._texts[number] if number < len(self._texts) else -1
        if at >= 0:
            return self._text_from(at)
        if number not in self._memo:
            raise PickleError(f"byte {self.place}: a reference to what is not there any more")
        return self._memo[number]

    def _text_from(self, at: int) -> str:
        """Return the text whose opcode stands at a byte."""
        form = _TEXTS[self.data[at]]
        start = at + 1 + struct.calcsize(form)
        (length,) = struct.unpack_from(form, self.data, at + 1)
        self._recalled += length
        if self._recalled > _REPEATS * len(self.data):
            raise PickleError("it refers to far more text than it holds")
        return str(self.data[start : start + length], "utf-8", "surrogatepass")

    def _memoize(self) -> None:
        self._put(len(self._texts))

    def _put(self, number: int) -> None:
        if number != len(self._texts):
            raise PickleError(f"byte {self.place}: memory out of order")
        is_text = isinstance(self._stack[-1], str) and self._text_at >= 0
        self._texts.append(self._text_at if is_text else -1)
        if not is_text:
            self._memo[number] = self._stack[-1]

    def _text(self, code: int) -> None:
        self._text_at = self.place - 1
        self._push(str(self._take(self._unpack(_TEXTS[code])), "utf-8", "surrogatepass"))

    def _bytes(self, form: str) -> None:
        self._push(bytes(self._take(self._unpack(form))))

    def _long(self, length: int) -> None:
        self._push(int.from_bytes(self._take(length), "little", signed=True))

    def _tuple(self, count: int) -> None:
        items = self._stack[-count:]
        if len(items) < count:
            raise PickleError("too few items")
        self._stack[-count:] = [tuple(items)]

    def _set(self, items: list[Any]) -> None:
        target = self._stack[-1]
        if isinstance(target, dict):
            target.update(zip(plain_keys(items[0::2]), items[1::2], strict=True))
        elif not isinstance(target, Foreign):
            raise PickleError("items of what is no dictionary")

    def _setitem(self) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._set([key, value])

    def _append(self, items: list[Any]) -> None:
        target = self._stack[-1]
        if isinstance(target, list):
            target += items
        elif not isinstance(target, Foreign):
            raise PickleError("items of what is no list")

    def _append_one(self) -> None:
        item = self._stack.pop()
        self._append([item])

    def _global(self) -> None:
        words = []
        for _ in range(2):
            end = self.data.find(b"\n", self.place, self.place + 200)
            if end < 0:
                raise PickleError("a name without an end")
            words.append(str(self._take(end - self.place), "utf-8"))
            self.place += 1
        self._push(Foreign(".".join(words)))

    def _stack_global(self) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        if not isinstance(name, str) or not isinstance(module, str):
            raise PickleError("a name that is no text")
        self._push(Foreign(f"{module[:200]}.{name[:200]}"))

    def _reduce(self) -> None:
        arguments, function = self._stack.pop(), self._stack.pop()
        self._push(made(function, arguments))

    def _build(self) -> None:
        self._stack.pop()  # the state of a foreign object, or what a numpy type adds to its name

    def _persistent(self) -> None:
        self._stack[-1] = Foreign("a tensor's storage")


def _pushing(value: Callable[[PickleStream], Any]) -> Callable[[PickleStream], None]:
    def operation(stream: PickleStream) -> None:
        stream._push(value(stream))

    return operation


_OPERATIONS: dict[int, Callable[[PickleStream], Any]] = {
    0x80: lambda s: s._take(1),  # PROTO
    ord("("): PickleStream._mark,
    ord("}"): _pushing(lambda _: {}),
    ord("]"): _pushing(lambda _: []),
    ord(")"): _pushing(lambda _: ()),
    ord("N"): _pushing(lambda _: None),
    0x88: _pushing(lambda _: True),
    0x89: _pushing(lambda _: False),
    ord("q"): lambda s: s._put(s._unpack("<B")),
    ord("r"): lambda s: s._put(s._unpack("<I")),
    ord("h"): _pushing(lambda s: s._recall(s._unpack("<B"))),
    ord("j"): _pushing(lambda s: s._recall(s._unpack("<I"))),
    **{code: partial(PickleStream._text, code=code) for code in _TEXTS},
    ord("C"): lambda s: s._bytes("<B"),
    ord("B"): lambda s: s._bytes("<I"),
    0x95: lambda s: s._take(8),  # FRAME
    0x94: PickleStream._memoize,
    0x93: PickleStream._stack_global,
    0x8F: _pushing(lambda _: []),  # EMPTY_SET
    0x90: lambda s: s._append(s._since_mark()),  # ADDITEMS
    ord("K"): _pushing(lambda s: s._unpack("<B")),
    ord("M"): _pushing(lambda s: s._unpack("<H")),
    ord("J"): _pushing(lambda s: s._unpack("<i")),
    0x8A: lambda s: s._long(s._unpack("<B")),
    ord("G"): _pushing(lambda s: s._unpack(">d")),
    0x85: lambda s: s._tuple(1),
    0x86: lambda s: s._tuple(2),
    0x87: lambda s: s._tuple(3),
    ord("t"): _pushing(lambda s: tuple(s._since_mark())),
    ord("u"): lambda s: s._set(s._since_mark()),
    ord("s"): PickleStream._setitem,
    ord("e"): lambda s: s._append(s._since_mark()),
    ord("a"): PickleStream._append_one,
    ord("c"): PickleStream._global,
    ord("R"): PickleStream._reduce,
    0x81: PickleStream._reduce,  # NEWOBJ
    ord("b"): PickleStream._build,
    ord("Q"): PickleStream._persistent,
}
