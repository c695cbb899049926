"""Whose turn it is to be worked on, so that requests never wait for each other in a circle.

A request takes a thread whenever it has something to do; until it is answered it may hold the right to write, or a
connection to the database, that others wait for in their threads. With fewer requests at work than the forty threads
there are, one is always free for those that the others wait for.
"""

from asyncio import AbstractEventLoop, Semaphore, get_running_loop
from weakref import WeakKeyDictionary

READING_AT_ONCE = 20
CHANGING_AT_ONCE = 16


class Turn:
    """One request's turn: taken once, and given back once."""

    def __init__(self, turns: Semaphore) -> None:
        self._turns = turns
        self._asked = self._has_it = False

    async def take(self) -> None:
        """Wait until there are few enough at work; at once where it was taken before."""
        if not self._asked:
            self._asked = True
            await self._turns.acquire()
            self._has_it = True

    def give_back(self) -> None:
        """Let the next one begin."""
        if self._has_it:
            self._has_it = False
            self._turns.release()


class Turns:
    """The turns of one application."""

    def __init__(self) -> None:
        # A semaphore belongs to one event loop, and an application may be called from several, as tests do.
        self._of_loops: WeakKeyDictionary[AbstractEventLoop, dict[bool, Semaphore]] = WeakKeyDictionary()

    def turn(self, *, reads: bool) -> Turn:
        """A turn for a request that is about to come."""
        new = {True: Semaphore(READING_AT_ONCE), False: Semaphore(CHANGING_AT_ONCE)}
        return Turn(self._of_loops.setdefault(get_running_loop(), new)[reads])
