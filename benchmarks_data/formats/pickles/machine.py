"""What the opcodes of a pickle do: a stack, marks, and a memory, as the format has them.

Each method is one opcode's, or a part of it. It reads the opcode's argument, if any, and changes
the stack.
"""

from __future__ import annotations

import struct
from array import array
from typing import Any

import numpy as np

from benchmarks_data.formats.pickles.calls import Foreign, PickleError, made, plain_keys
from benchmarks_data.formats.pickles.runs import RUNS, SHORT, STARTS, text_run

#: All texts that are referred to again have at most so many times the bytes of the whole.
_REPEATS = 16
#: The opcodes of texts, and how their lengths are written.
TEXTS = {0x58: "<I", 0x55: "<B", 0x54: "<i", 0x8C: "<B"}


class Machine:
    """The state of reading a pickle in *data* (bytes or a memory map).

    Attributes:
        place: the byte that has been read up to.
        stack: the objects that are not complete yet.
    """

    def __init__(self, data: Any, start: int) -> None:
        self.data, self.place = data, start
        self.stack: list[Any] = []
        self._marks: list[int] = []
        # Where each remembered text stands, -1 for other objects, which are in _memo: millions of
        # texts are used once.
        self._texts = array("q")
        self._memo: dict[int, Any] = {}
        self._text_at = -1
        self._recalled = 0

    def forget(self, part: dict[Any, Any]) -> None:
        """Empty a *part*, and forget all objects but names."""
        part.clear()
        self._memo = {
            number: value for number, value in self._memo.items() if isinstance(value, Foreign)
        }

    def take(self, count: int) -> bytes:
        """Read the next *count* bytes."""
        if count < 0:
            raise PickleError("a negative length")
        taken: bytes = self.data[self.place : self.place + count]
        if len(taken) < count:
            raise PickleError("the file is cut off")
        self.place += count
        return taken

    def unpack(self, form: str) -> Any:
        """Read a number in one of struct's *form*s."""
        (value,) = struct.unpack(form, self.take(struct.calcsize(form)))
        return value

    def push(self, value: Any) -> None:
        """Put an object on the stack."""
        self.stack.append(value)

    def since_mark(self) -> list[Any]:
        """Take what was put on the stack since the last mark, which is removed."""
        start = self._marks.pop()
        items = self.stack[start:]
        del self.stack[start:]
        return items

    def mark(self) -> None:
        """Set a mark, and read what can be read at once."""
        self._marks.append(len(self.stack))
        self._run()

    def _run(self) -> None:
        """Read the pairs that follow a mark, as long as they are of a key and a number."""
        self._text_pairs()
        while (kind := STARTS.get(self.data[self.place])) is not None:
            pattern, width, key_type, refers = RUNS[kind]
            run = pattern.match(self.data, self.place)
            if not run:
                return
            pairs = np.frombuffer(
                run[0],
                dtype=np.dtype([("op", "u1"), ("key", key_type), ("g", "u1"), ("value", ">f8")]),
            )
            keys = pairs["key"].tolist()
            items: list[Any] = [None] * (2 * len(keys))
            items[0::2] = map(self.recall, keys) if refers else keys
            items[1::2] = pairs["value"].tolist()
            self.stack += items
            self.place += len(pairs) * (width + 9)

    def _text_pairs(self) -> None:
        """Read pairs of a short text, which is remembered, and a float.

        Texts of one length at once.
        """
        while self.data[self.place] == 0x58 and (length := self.data[self.place + 1]) < SHORT:
            pattern, kind = text_run(length)
            run = pattern.match(self.data, self.place)
            if not run:
                return
            pairs = np.frombuffer(run[0], dtype=kind)
            first = len(self._texts)
            if not np.array_equal(pairs["number"], np.arange(first, first + len(pairs))):
                return
            self._texts.extend(range(self.place, self.place + len(run[0]), kind.itemsize))
            items: list[Any] = [None] * (2 * len(pairs))
            items[0::2] = [str(key, "utf-8", "surrogatepass") for key in pairs["key"].tolist()]
            items[1::2] = pairs["value"].tolist()
            self.stack += items
            self.place += len(run[0])

    def recall(self, number: int) -> Any:
        """Return a remembered object."""
        at = self._texts[number] if number < len(self._texts) else -1
        if at >= 0:
            return self._text_from(at)
        if number not in self._memo:
            raise PickleError(f"byte {self.place}: a reference to what is not there any more")
        return self._memo[number]

    def _text_from(self, at: int) -> str:
        """Return the text whose opcode stands at a byte."""
        form = TEXTS[self.data[at]]
        start = at + 1 + struct.calcsize(form)
        (length,) = struct.unpack_from(form, self.data, at + 1)
        self._recalled += length
        if self._recalled > _REPEATS * len(self.data):
            raise PickleError("it refers to far more text than it holds")
        return str(self.data[start : start + length], "utf-8", "surrogatepass")

    def memoize(self) -> None:
        """Remember the top of the stack under the next number."""
        self.put(len(self._texts))

    def put(self, number: int) -> None:
        """Remember the top of the stack under *number*, which has to be the next."""
        if number != len(self._texts):
            raise PickleError(f"byte {self.place}: memory out of order")
        is_text = isinstance(self.stack[-1], str) and self._text_at >= 0
        self._texts.append(self._text_at if is_text else -1)
        if not is_text:
            self._memo[number] = self.stack[-1]

    def push_text(self, code: int) -> None:
        self._text_at = self.place - 1
        self.push(str(self.take(self.unpack(TEXTS[code])), "utf-8", "surrogatepass"))

    def push_bytes(self, form: str) -> None:
        self.push(bytes(self.take(self.unpack(form))))

    def push_long(self, length: int) -> None:
        self.push(int.from_bytes(self.take(length), "little", signed=True))

    def push_tuple(self, count: int) -> None:
        items = self.stack[-count:]
        if len(items) < count:
            raise PickleError("too few items")
        self.stack[-count:] = [tuple(items)]

    def set_items(self, items: list[Any]) -> None:
        """Set keys and values, which alternate, in the dictionary on top."""
        target = self.stack[-1]
        if isinstance(target, dict):
            target.update(zip(plain_keys(items[0::2]), items[1::2], strict=True))
        elif not isinstance(target, Foreign):
            raise PickleError("items of what is no dictionary")

    def set_item(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self.set_items([key, value])

    def append(self, items: list[Any]) -> None:
        """Append *items* to the list on top."""
        target = self.stack[-1]
        if isinstance(target, list):
            target += items
        elif not isinstance(target, Foreign):
            raise PickleError("items of what is no list")

    def append_one(self) -> None:
        item = self.stack.pop()
        self.append([item])

    def push_name(self) -> None:
        words = []
        for _ in range(2):
            end = self.data.find(b"\n", self.place, self.place + 200)
            if end < 0:
                raise PickleError("a name without an end")
            words.append(str(self.take(end - self.place), "utf-8"))
            self.place += 1
        self.push(Foreign(".".join(words)))

    def push_name_of_stack(self) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        if not isinstance(name, str) or not isinstance(module, str):
            raise PickleError("a name that is no text")
        self.push(Foreign(f"{module[:200]}.{name[:200]}"))

    def reduce(self) -> None:
        arguments, function = self.stack.pop(), self.stack.pop()
        self.push(made(function, arguments))

    def build(self) -> None:
        self.stack.pop()  # the state of a foreign object, or what a numpy type adds to its name

    def storage(self) -> None:
        self.stack[-1] = Foreign("a tensor's storage")
