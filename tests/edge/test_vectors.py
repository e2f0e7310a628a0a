"""The vectors: their schema, what they cover, and that they are written the same every time."""

import json
from itertools import islice
from unittest.mock import patch

from jsonschema import Draft202012Validator

from proofs.vectors import witnesses
from solvent.edge.conformance import writer
from solvent.edge.conformance.observe import Observer
from solvent.edge.conformance.schema import schema
from solvent.edge.conformance.vectors import DIRECTORY, bundled
from solvent.edge.conformance.writer import UNREACHABLE, Rejects, Takes, shown_by
from solvent.edge.generator import KINDS
from solvent.edge.structure import snake_case
from solvent.rules import Rule


def test_every_file_is_of_the_published_schema() -> None:
    published = json.loads((DIRECTORY / "schema.json").read_text("utf-8"))
    assert published == schema()
    Draft202012Validator.check_schema(published)
    validator = Draft202012Validator(published)
    for file in DIRECTORY.glob("*/cases.json"):
        cases = json.loads(file.read_text("utf-8"))
        validator.validate(cases)
        cases[0]["state"]["vault"] = 5
        assert not validator.is_valid(cases)


def test_every_rule_rejects_a_case() -> None:
    rejected = {case.requirement for case in bundled() if case.expected()["outcome"] == "rejected"}
    assert {rule.value for rule in Rule} - rejected == set()


def test_every_action_is_accepted_and_rejected_by_a_case() -> None:
    features, _ = shown_by(bundled(), Observer())
    names = {snake_case(kind.__name__) for kind in KINDS}
    assert {feature.kind for feature in features if isinstance(feature, Takes)} == names
    assert {feature.kind for feature in features if isinstance(feature, Rejects)} == names


def test_no_case_shows_what_is_said_to_be_out_of_reach() -> None:
    features, _ = shown_by(bundled(), Observer())
    shown = {(feature.kind, feature.guard) for feature in features if isinstance(feature, Rejects)}
    assert shown & set(UNREACHABLE) == set()


def test_ids_are_unique_and_every_family_has_a_readme() -> None:
    ids = [case.id for case in bundled()]
    assert len(set(ids)) == len(ids)
    for file in DIRECTORY.glob("*/cases.json"):
        assert (file.parent / "README.md").exists()


def test_witnesses_of_theorems_are_watched() -> None:
    witness = next(witnesses())
    with patch.object(writer, "RUNS", 0):
        collection = writer.suite([witness])[1]
    assert {candidate.case.source for candidate in collection.best.values()} == {"path"}
    assert any(isinstance(feature, Takes) for feature in collection.best)


def test_the_suite_is_written_the_same_every_time() -> None:
    few = list(islice(witnesses(), 2))
    assert few == list(islice(witnesses(), 2))
    with patch.object(writer, "RUNS", 3), patch.object(writer, "STEPS", 40):
        assert writer.written(writer.suite(few)[0]) == writer.written(writer.suite(few)[0])
