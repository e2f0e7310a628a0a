"""The worlds a theorem is read in: a symbolic one proves it, a witness replays a model of it."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, fields, is_dataclass
from inspect import signature
from typing import Any, NewType, TypeVar, get_type_hints

from proofs.kernel.frames import Base, FrameTable, Measure, key_of, name_of
from proofs.kernel.logic import either
from proofs.kernel.paths import Path
from proofs.kernel.terms import Identifier, Integer, Truth, Unsupported, identifier_term, truth_term
from proofs.kernel.theorem import REGISTRY, Contract, Theorem

T = TypeVar("T")


@dataclass(frozen=True)
class SumFact:
    """A linear combination of measures that is not negative for any entry, proved as a theorem of its own.

    Of what is given with an entry each measure captures as much as it takes, from the first on.
    """

    terms: tuple[tuple[int, Measure], ...]

    @property
    def name(self) -> str:
        """What the fact is about: which theorem claims it and which use it is told by this."""
        return " + ".join(f"{factor} {name_of(measure)}" for factor, measure in self.terms)

    def of_entry(self, entry: Any, *given: Any) -> bool:
        """Whether it holds of one entry, with what the measures capture."""
        return _combined([(factor, measure(entry, *taken(measure, given))) for factor, measure in self.terms]) >= 0


class Contradicted(Exception):  # noqa: N818 - the replay left the world its model describes
    """A witness does not satisfy an assumption: the model is not one of the code, or the kernel is wrong."""


class World:
    """Where a theorem gets its values, and what it assumes and claims of them.

    The subclass says what an integer is; here is what is common: records, tables, totals.
    """

    theorem: Theorem

    def __init__(self, theorem: Theorem) -> None:
        self.theorem = theorem
        self.relies_on: set[str] = set()
        self.shows: set[str] = set()
        self._bases: list[Base[Any]] = []

    def integer(self, name: str) -> int:
        """An arbitrary integer."""
        raise NotImplementedError

    def truth(self, name: str) -> bool:
        """An arbitrary truth."""
        raise NotImplementedError

    def identifier(self, name: str) -> Any:
        """An arbitrary identifier, perhaps the same as another."""
        raise NotImplementedError

    def assume(self, condition: bool) -> None:
        """Leaves out the cases in which the condition does not hold."""
        raise NotImplementedError

    def claim(self, condition: bool, label: str) -> None:
        """The condition holds in every case, or the theorem is refuted. The label is what a failing run prints."""
        raise NotImplementedError

    def show(self, condition: bool, label: str) -> None:
        """A step of a proof: claims the condition, and uses it in what is claimed after."""
        self.claim(condition, label)
        self.assume(condition)

    def calls(self, _: Contract) -> list[tuple[tuple[Any, ...], Any]]:
        """The arguments and results of the calls that a contract answered; none where bodies run."""
        return []

    def as_key(self, key: Any) -> Any:
        """A key as this world compares them."""
        raise NotImplementedError

    def arbitrary(self, hint: Any, name: str) -> Any:
        """An arbitrary value of a type: an integer, an identifier, or a record of such."""
        if hint is int:
            return self.integer(name)
        if isinstance(hint, NewType):
            return self.identifier(name)
        if is_dataclass(hint):
            return self.record(hint, name)  # type: ignore[arg-type]
        raise Unsupported(f"an arbitrary {hint}")

    def record(self, cls: type[T], name: str) -> T:
        """A record with arbitrary values in its fields."""
        hints = get_type_hints(cls)
        names = [field.name for field in fields(cls)]  # type: ignore[arg-type]
        return cls(**{label: self.arbitrary(hints[label], f"{name}.{label}") for label in names})

    def table(self, name: str, make: Callable[[str], T], touched: Callable[[Any, T], None]) -> FrameTable[T]:
        """An arbitrary table; `touched` is told of every entry that is looked at."""
        base = Base(name, make, self.integer, touched, self.as_key)
        self._bases.append(base)
        return FrameTable(base)

    def dependencies(self) -> set[str]:
        """What the theorem took for granted: lemmas, contracts, facts about each entry, measures that were totalled."""
        measures = (measure for base in self._bases for _, measure, _ in base.ghosts.values())
        return self.relies_on | {f"measure {name_of(measure)}" for measure in measures}

    def apply(self, lemma: Callable[..., None], *arguments: Any) -> None:
        """Uses a lemma, a theorem of its own: what it assumes is claimed here, what it claims is assumed."""
        known = next((known for known in REGISTRY.theorems if known.statement is lemma), None)
        if known is None:
            raise Unsupported(f"{lemma.__qualname__} as a lemma: it is no theorem")
        self.relies_on.add(f"theorem {known.name}")
        lemma(_Turned(self, lemma.__name__), *arguments)

    def add_distinct(self, base: Base[Any], key: Any) -> None:
        """Touches an entry of which nothing is known but that it is none of those touched before."""
        for known in base.keys:
            self.assume(known != key)
        base.add(self.as_key(key))

    def use(self, fact: "SumFact", table: Any, *given: Any) -> None:
        """Uses a fact about each entry of a table: what the entries that were not touched add up to obeys it too."""
        self.relies_on.add(f"fact {fact.name}")
        rest = [(factor, table.total_of_rest(measure, taken(measure, given))) for factor, measure in fact.terms]
        self.assume(_combined(rest) >= 0)

    def claim_of_entry(self, fact: "SumFact", label: str, *arguments: Any) -> None:
        """Claims a fact of an entry; of an arbitrary one, it is thereby shown of all."""
        self.shows.add(f"fact {fact.name}")
        self.claim(fact.of_entry(*arguments), label)

    def claim_of_absent(self, measure: Measure, label: str, default: Any, *arguments: Any) -> None:
        """Claims that a measure is nothing where nothing was set, as every measure that is totalled must be."""
        self.shows.add(f"measure {name_of(measure)}")
        self.claim(measure(default, *arguments) == 0, label)

    def claim_contract(self, contract: Contract, label: str, result: Any, *arguments: Any) -> None:
        """Claims the facts of a contract of a result that the function's body returned."""
        self.shows.add(f"contract {contract_key(contract)}")
        for fact in contract.facts(result, *arguments):
            self.claim(fact, label)

    def assume_needs(self, contract: Contract, *arguments: Any) -> None:
        """Assumes what a contract needs of its arguments, and no more is to be assumed where it is established."""
        for need in contract.needs(*arguments):
            self.assume(need)

    def sum_rule(
        self,
        table: Any,
        terms: list[tuple[int, Measure, tuple[Any, ...]]],
        *,
        label: str,
        equal: bool = True,
        rest: bool = False,
        besides: tuple[Any, ...] = (),
        first: Callable[[Any, Any], None] = lambda *_: None,
    ) -> None:
        """The sum rule: what is zero, or not negative, for every entry has such a total; a combination of measures.

        It is of the table as it began, or of the rest of it: the entries that were not touched. The coefficients and
        what the measures capture do not depend on the entry. `besides`: keys that are touched for it. `first` is told
        of the key and the arbitrary entry, to use what is known of it.
        """
        for key in besides:
            table.get(key)
        touched = len(table.base.keys)
        of_entry = self._arbitrary_entry(table, [given for _, _, given in terms], rest, first)
        value = _combined([(factor, of_entry(measure, given)) for factor, measure, given in terms])
        self.claim(value == 0 if equal else value >= 0, f"{label}: of every entry")
        if rest:
            parts = [(factor, table.total_of_rest(measure, given, touched)) for factor, measure, given in terms]
        else:
            parts = [(factor, table.base.ghost(measure, given)) for factor, measure, given in terms]
        self.assume(_combined(parts) == 0 if equal else _combined(parts) >= 0)

    def none_rule(self, table: Any, counter: Measure, measure: Measure, given: tuple[Any, ...], *, label: str) -> None:
        """The rule of none: where nothing is counted among the untouched entries, a measure of them has total zero.

        Every entry counts for at least nothing, and one that counts for nothing has the measure zero.
        """
        touched = len(table.base.keys)
        of_entry = self._arbitrary_entry(table, [given], True, lambda *_: None)
        counted = of_entry(counter, ())
        self.claim(counted >= 0, f"{label}: no entry counts for less than nothing")
        self.claim(either(counted != 0, of_entry(measure, given) == 0), f"{label}: what does not count is nothing")
        count, total = table.total_of_rest(counter, (), touched), table.total_of_rest(measure, given, touched)
        self.assume(count >= 0)
        self.assume(either(count != 0, total == 0))

    def compare_rule(self, smaller: tuple[Any, Measure], larger: tuple[Any, Measure], *, label: str) -> None:
        """The rule of comparison: a measure that at no key is more than another is not more in total, of the rest.

        Each is of one table's entries; an arbitrary key is looked at in both, and the rest of both is without the same
        keys. They are the tables as they began.
        """
        (table, measure), (other, bound) = smaller, larger
        for key in list(table.base.keys):
            other.base.touch(key)
        for key in list(other.base.keys):
            table.base.touch(key)
        rest = [one.total_of_rest(counted, ()) for one, counted in (smaller, larger)]
        key = self.identifier(f"{table.base.name}[any].key")
        self.add_distinct(other.base, key)
        most = bound(other.base.initial[-1])
        self.add_distinct(table.base, key)
        self.claim(measure(table.base.initial[-1]) <= most, f"{label}: at every key")
        self.assume(rest[0] <= rest[1])

    def _arbitrary_entry(
        self, table: Any, captured: list[tuple[Any, ...]], rest: bool, first: Callable[[Any, Any], None]
    ) -> Callable[[Measure, tuple[Any, ...]], Any]:
        """A measure's value for an arbitrary entry of the table as it began, or one that was not touched."""
        base = table.base
        key = self.as_key(self.identifier(f"{base.name}[any].key"))
        others = {id(item): item for given in captured for item in given if isinstance(item, Base)}
        for other in others.values():
            self.add_distinct(other, key)
        if rest:
            self.add_distinct(base, key)
            entry = base.initial[-1]
        else:
            entry = base.make(f"{base.name}[any]")
            base.touched(key, entry)
        first(key, entry)

        def of_entry(measure: Measure, given: tuple[Any, ...]) -> Any:
            return measure(entry, *(item.initial[-1] if isinstance(item, Base) else item for item in given))

        return of_entry


def taken(measure: Measure, given: tuple[Any, ...]) -> tuple[Any, ...]:
    """As much of what is given as the measure takes beside the entry."""
    return given[: len(signature(measure).parameters) - 1]


def contract_key(contract: Contract) -> str:
    """What tells contracts apart: the function, and what is known of its result."""
    return f"{contract.name} by {contract.facts.__qualname__}"


def _combined(terms: list[tuple[int, int]]) -> int:
    return sum((factor * value for factor, value in terms), start=0)


class _Turned:
    """The world as a lemma sees it that is applied in another theorem: the steps of its proof are not taken again."""

    def __init__(self, world: World, lemma: str) -> None:
        self._world = world
        self._lemma = lemma

    def assume(self, condition: bool) -> None:
        self._world.show(condition, f"hypothesis of {self._lemma}")

    def show(self, condition: bool, label: str) -> None:
        self.claim(condition, label)

    def claim(self, condition: bool, _: str) -> None:
        self._world.assume(condition)

    def use(self, *_: object) -> None:
        """A step of the lemma's own proof."""

    def apply(self, *_: object) -> None:
        """A step of the lemma's own proof."""

    def sum_rule(self, *_: object, **__: object) -> None:
        """A step of the lemma's own proof."""

    def none_rule(self, *_: object, **__: object) -> None:
        """A step of the lemma's own proof."""

    def along(self, table: Any) -> tuple[Any, ...]:
        return (table.base,)


class SymbolicWorld(World):
    """Every value is a term; what is claimed becomes an obligation of the path."""

    def __init__(self, theorem: Theorem, path: Path) -> None:
        super().__init__(theorem)
        self.path = path
        self._results: dict[Hashable, tuple[tuple[Any, ...], Any]] = {}
        self._calls: list[tuple[str, tuple[Any, ...], Any]] = []
        self._contracts = {contract.name: contract for contract in theorem.contracts}

    def integer(self, name: str) -> int:
        return Integer(self.path.fresh(name))  # type: ignore[return-value]

    def truth(self, name: str) -> bool:
        return Truth(self.path.fresh(name) != 0)  # type: ignore[return-value]

    def identifier(self, name: str) -> Any:
        identifier = self.path.fresh(name)
        return Identifier(identifier)

    def as_key(self, key: Any) -> Any:
        return key if isinstance(key, Identifier) else Identifier(identifier_term(key))

    def assume(self, condition: bool) -> None:
        self.path.assume(truth_term(condition))

    def claim(self, condition: bool, label: str) -> None:
        self.path.oblige(truth_term(condition), self.theorem.requirements, label)

    def calls(self, contract: Contract) -> list[tuple[tuple[Any, ...], Any]]:
        return [(arguments, result) for name, arguments, result in self._calls if name == contract.name]

    def call(self, name: str, original: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """A call of a lifted function: by its contract if the theorem has one for it."""
        contract = self._contracts.get(name)
        if contract is None:
            return original(*arguments)
        key = (name, tuple(key_of(argument) for argument in arguments))
        if key not in self._results:
            label = f"{name.rsplit('.', 1)[-1]}()"
            result = self.truth(label) if contract.truth else self.integer(label)
            self._results[key] = (arguments, result)
            for need in contract.needs(*arguments):
                if not self.path.knows(truth_term(need)):
                    self.claim(need, f"what the contract of {label} needs")
            if contract.by_name:
                self.assume(result == original(*arguments))
            else:
                self.relies_on.add(f"contract {contract_key(contract)}")
            for fact in contract.facts(result, *arguments):
                self.assume(fact)
        _, known = self._results[key]
        self._calls.append((name, arguments, known))
        return known


class WitnessWorld(World):
    """Every value is the one a model gives it: the code runs on plain integers along the model's path."""

    def __init__(self, theorem: Theorem, model: dict[str, int], constants: dict[int, str]) -> None:
        super().__init__(theorem)
        self.failed: list[str] = []
        self._model = model
        self._constants = constants
        self._names: dict[str, int] = {}
        self.drawn: dict[str, int] = {}

    def _value(self, name: str) -> int:
        count = self._names.get(name, 0)
        self._names[name] = count + 1
        full = f"{name}~{count}" if count else name
        self.drawn[full] = self._model.get(full, 0)
        return self.drawn[full]

    def integer(self, name: str) -> int:
        return self._value(name)

    def truth(self, name: str) -> bool:
        return self._value(name) != 0

    def identifier(self, name: str) -> Any:
        number = self._value(name)
        return self._constants.get(number, f"#{number}")

    def as_key(self, key: Any) -> Any:
        return key

    def assume(self, condition: bool) -> None:
        if not condition:
            raise Contradicted

    def claim(self, condition: bool, label: str) -> None:
        if not condition:
            self.failed.append(label)


def as_symbolic(values: tuple[Any, ...]) -> bool:
    """Whether a call has to do with symbolic values at all."""
    return any(isinstance(value, Integer | Identifier | Truth | FrameTable) for value in values) or any(
        as_symbolic(tuple(getattr(value, field.name) for field in fields(value)))
        for value in values
        if is_dataclass(value) and not isinstance(value, type)
    )
