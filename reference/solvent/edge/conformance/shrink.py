"""Makes a run small that shows something: fewer actions, then smaller numbers."""

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar, cast

from solvent.edge.generator import number_places, value_at, with_value
from solvent.machine import Action

T = TypeVar("T")


class Shrinker(Generic[T]):
    """Looks for a shorter and simpler run of which `shows` still has something to say; so many trials and no more.

    `shows` answers with what it saw and how many of the actions that took, or with nothing.
    """

    def __init__(
        self, actions: Sequence[Action], seen: T, shows: Callable[[list[Action]], tuple[T, int] | None], trials: int
    ) -> None:
        self.actions = list(actions)
        self.seen = seen
        self.shows = shows
        self.trials = trials

    def shrunk(self) -> T:
        """What is seen of the smallest run that was found."""
        size = max(len(self.actions) // 2, 1)
        while self.trials > 0:
            removed = [self.take(candidate) for candidate in self.without(size)]
            if not any(removed):
                if size == 1:
                    break
                size //= 2
        for index in reversed(range(len(self.actions))):
            for place in number_places(self.actions[index]):
                self.simplify(index, place)
        return self.seen

    def without(self, size: int) -> Iterator[list[Action]]:
        """The run without so many actions in a row, from the end to the beginning."""
        end = len(self.actions)
        while end > 0:
            start = max(end - size, 0)
            yield self.actions[:start] + self.actions[end:]
            end = min(start, len(self.actions))

    def simplify(self, index: int, place: tuple[str, ...]) -> None:
        """Brings a number towards zero."""
        while self.trials > 0:
            value = value_at(self.actions[index], place)
            smaller = dict.fromkeys((0, 1, value // 16, value // 2, rounded(value)))
            if not any(
                abs(other) < abs(value)
                and self.take(
                    [
                        *self.actions[:index],
                        cast(Action, with_value(self.actions[index], place, other)),
                        *self.actions[index + 1 :],
                    ]
                )
                for other in smaller
            ):
                break

    def take(self, candidate: list[Action]) -> bool:
        """Keeps the candidate if it shows it too."""
        if self.trials <= 0:
            return False
        self.trials -= 1
        found = self.shows(candidate)
        if found is None:
            return False
        self.seen, length = found
        self.actions = candidate[:length]
        return True


def rounded(value: int) -> int:
    """The number with its first two digits kept."""
    digits = len(str(abs(value)))
    unit: int = 10 ** max(digits - 2, 0)
    return abs(value) // unit * unit * (1 if value > 0 else -1)
