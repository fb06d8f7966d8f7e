"""A reader of pickles that never builds more than a part of them, and never imports anything.

Python's unpickler builds the whole object: the 2 GB of NAS-Bench-201's results become some 28 GB of
dictionaries. This one hands over each part as soon as it is complete and forgets it, and reads runs
of numbers at once. Only containers, texts and numbers come to life; a class is a :class:`Foreign`
name, what is made of one a :class:`Foreign` too. Keys of dictionaries are plain, so that no nesting
is too deep to be hashed, and texts cannot be referred to without end.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks_data.formats.pickles.calls import PickleError
from benchmarks_data.formats.pickles.machine import Machine
from benchmarks_data.formats.pickles.opcodes import OPERATIONS

#: What reading raises where bytes are not those of a pickle.
_DAMAGE = (IndexError, struct.error, TypeError, ValueError, RecursionError, OverflowError)


class PickleStream(Machine):
    """A pickle of protocol 2 to 5 in *data* (bytes or a memory map) from byte *start* on.

    Attributes:
        result: the object, once :meth:`parts` has been exhausted.
        end: the byte after the pickle, likewise.
        place: the byte that has been read up to.
    """

    def __init__(self, data: Any, start: int = 0) -> None:
        super().__init__(data, start)
        self.end = start
        self.result: Any = None

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
            PickleError: it is damaged or cut off, or holds what no results need.
        """
        try:
            while True:
                code = self.data[self.place]
                self.place += 1
                if code == 0x2E:  # STOP
                    (self.result,) = self.stack
                    self.end = self.place
                    return
                OPERATIONS[code](self)
                if code in (0x75, 0x73) and is_part(top := self.stack[-1]):  # SETITEMS, SETITEM
                    yield (self.stack[-2] if len(self.stack) > 1 else None), top
                    self.forget(top)
        except PickleError:
            raise
        except KeyError as error:
            raise PickleError(
                f"byte {self.place}: no part of a pickle of results (opcode {error})"
            ) from error
        except _DAMAGE as error:
            raise PickleError(f"byte {self.place}: damaged or cut off ({error})") from error
