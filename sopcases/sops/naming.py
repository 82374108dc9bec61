"""One name and its aliases: finds a position or a kind of paper by whatever the sheet calls it."""

from collections.abc import Iterable


def fold(name: str) -> str:
    """A name without regard to case and spacing."""
    return " ".join(name.split()).casefold()


class Names:
    """Finds a value by name or alias. A name wins over an alias; an alias of two values means neither."""

    def __init__(self, entries: Iterable[tuple[str, Iterable[str], int]]):
        self.named: dict[str, int] = {}
        self.aliased: dict[str, set[int]] = {}
        for name, aliases, value in entries:
            self.named[fold(name)] = value
            for alias in aliases:
                self.aliased.setdefault(fold(alias), set()).add(value)

    def find(self, name: str) -> int | None:
        folded = fold(name)
        if folded in self.named:
            return self.named[folded]
        values = self.aliased.get(folded, set())
        return next(iter(values)) if len(values) == 1 else None

    def ambiguous(self, name: str) -> bool:
        return fold(name) not in self.named and len(self.aliased.get(fold(name), ())) > 1
