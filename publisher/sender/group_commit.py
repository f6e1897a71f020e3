"""Many connections' moves in few commits, so that the wait for the disk is shared.

Nobody's thread does this alone: whoever waits first writes what all have handed in, and meanwhile
the next batch gathers. A connection that is alone commits at once, without a change of threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Condition
from typing import TYPE_CHECKING

from publisher.errors import StoreError
from publisher.sender.ledger import Mark, Settlement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Record = Callable[[Sequence[Settlement], Sequence[Mark]], tuple[list[bool], list[bool]]]


@dataclass(slots=True, eq=False)
class Entry:
    """A move on its way to the disk; `moved` and `error` hold once it is `done`."""

    move: Mark | Settlement
    done: bool = False
    moved: bool = False
    error: BaseException | None = None


class GroupCommit:
    """Batches moves; for any number of threads.

    Moves are written in the order they came, so one that waits for a mark has waited for every
    settlement it handed in before.
    """

    def __init__(self, record: Record) -> None:
        """Write by `record`, which commits what it is given as one transaction."""
        self._record = record
        self._changed = Condition()
        self._waiting: list[Entry] = []
        self._writing = False

    def hand_in(self, move: Mark | Settlement) -> Entry:
        """Queue `move`; it is on disk after `wait`."""
        entry = Entry(move)
        with self._changed:
            self._waiting.append(entry)
        return entry

    def wait(self, entry: Entry) -> bool:
        """Return, once that is on disk, whether the row moved. Raises `StoreError`."""
        while True:
            with self._changed:
                while self._writing and not entry.done:
                    self._changed.wait()
                if entry.done:
                    break
                self._writing = True
                batch, self._waiting = self._waiting, []
            try:
                self._write(batch)
            finally:
                with self._changed:
                    self._writing = False
                    for written in batch:
                        written.done = True
                    self._changed.notify_all()
        if entry.error is not None:
            raise StoreError(str(entry.error)) from entry.error
        return entry.moved

    def _write(self, batch: list[Entry]) -> None:
        settlements = [entry for entry in batch if isinstance(entry.move, Settlement)]
        marks = [entry for entry in batch if isinstance(entry.move, Mark)]
        try:
            settled, marked = self._record(
                [entry.move for entry in settlements if isinstance(entry.move, Settlement)],
                [entry.move for entry in marks if isinstance(entry.move, Mark)],
            )
        except BaseException as error:
            for entry in batch:
                entry.error = error
            if not isinstance(error, StoreError):
                raise
            return
        for entry, moved in zip((*settlements, *marks), (*settled, *marked), strict=True):
            entry.moved = moved
