"""The generator of the specification's fields and tables, on a machine of one action."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from proofs import requirements

FILES = {
    "reference/solvent/__init__.py": "",
    "reference/solvent/rules.py": '''
        class Rule(Enum):
            """Rules."""

            sentence: str

            NUM_1 = "NUM-1", "an amount is positive"
            CON_1 = "CON-1", "the vault stays | at its cap"
        ''',
    "reference/solvent/numbers.py": '''
        CAP: Final = 2**60
        """The most the vault holds."""
        ''',
    "reference/solvent/pool.py": '''
        from solvent.numbers import CAP
        from solvent.rules import Rule, require


        class Pay:
            """Anyone pays `amount`
            into the vault."""


        def require_vault(vault: int, field: str) -> None:
            require(vault <= CAP, Rule.CON_1, field)


        def pay(vault: int, action: Pay) -> int:
            """Adds the amount (CON-2).

            Rules: NUM-1, CON-1.
            """
            require(action.amount > 0, Rule.NUM_1, "amount")
            require_vault(vault + action.amount, "vault")
            return vault + action.amount
        ''',
    "reference/solvent/machine.py": """
        from solvent.pool import Pay, pay


        def apply(vault: int, action: Pay) -> int:
            match action:
                case Pay():
                    return pay(vault, action)
        """,
    "proofs/theorems/__init__.py": "",
    "proofs/theorems/pool.py": '''
        @theorem("CON-2", "CON-3", contracts=())
        def a_payment_adds(world: World) -> None:
            """A payment adds its amount.

            More of it.
            """


        @theorem("CON-4")
        def a_payment_is_rejected(world: World) -> None:
            """A payment is rejected."""
            reject((Rule.NUM_1, Rule.CON_1))


        def no_theorem(world: World) -> None:
            """Nothing."""
        ''',
    "spec/pool.md": """
        # Pool

        <!-- generated: checks pay -->
        <!-- end -->

        ```{req}
        :id: NUM-1
        :criticality: high
        :implementation:
        :enforcement:

        An amount is positive.

        Of CON-1 nothing is said.
        ```

        ```{req}
        :id: CON-1
        :criticality: high
        :implementation:
        :enforcement:

        The vault stays | at its cap.
        ```

        ```{req}
        :id: CON-2
        :criticality: high
        :implementation:
        :enforcement:

        A payment adds its amount.
        ```

        ```{req}
        :id: CON-3
        :criticality: low
        :implementation: solvent.pool.Pay, solvent.pool.pay
        :enforcement:

        A payment is a payment.
        ```

        ```{req}
        :id: CON-4
        :criticality: low
        :implementation: solvent.pool.pay
        :enforcement:

        A payment is accepted or rejected.
        ```

        <!-- generated: requirements -->
        <!-- end -->

        <!-- generated: theorems -->
        old
        <!-- end -->
        """,
    "spec/machine.md": """
        # Machine

        <!-- generated: actions -->
        <!-- end -->

        <!-- generated: rules -->
        <!-- end -->

        <!-- generated: caps -->
        <!-- end -->

        <!-- generated: theorems -->
        <!-- end -->

        ```{asm}
        :id: ASM-1
        :criticality: high
        :implementation: outside
        :enforcement: assumed

        All is well.
        ```
        """,
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    requirements.write(tmp_path)
    return tmp_path


def change(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def section(root: Path, name: str, start: str) -> list[str]:
    lines = (root / name).read_text(encoding="utf-8").split("\n")
    first = lines.index(start)
    return [line for line in lines[first + 1 : lines.index("<!-- end -->", first)] if line]


def test_what_was_written_is_up_to_date_and_writing_again_changes_nothing(root: Path) -> None:
    assert requirements.check(root) == []
    assert requirements.write(root) == []


def test_modules_are_those_of_the_reference(root: Path) -> None:
    assert requirements.modules(root) == ["machine", "numbers", "pool", "rules"]


@pytest.mark.parametrize(
    ("identifier", "implementation", "enforcement"),
    [
        pytest.param("NUM-1", "solvent.pool.pay", "pool.a_payment_is_rejected", id="guard in the action"),
        pytest.param("CON-1", "solvent.pool.require_vault", "pool.a_payment_is_rejected", id="guard in a helper"),
        pytest.param("CON-2", "solvent.pool.pay", "pool.a_payment_adds", id="named in a docstring"),
        pytest.param("CON-3", "solvent.pool.Pay, solvent.pool.pay", "pool.a_payment_adds", id="stated by hand"),
    ],
)
def test_fields_come_from_code_and_theorems(root: Path, identifier: str, implementation: str, enforcement: str) -> None:
    text = (root / "spec/pool.md").read_text(encoding="utf-8")
    block = text[text.index(f":id: {identifier}\n") :].split("```")[0]
    assert f":implementation: {implementation}\n:enforcement: {enforcement}\n" in block


def test_the_table_of_checks_goes_into_helpers_and_names_their_fields(root: Path) -> None:
    assert section(root, "spec/pool.md", "<!-- generated: checks pay -->")[2:] == [
        "| 1 | NUM-1 | an amount is positive | `amount` |",
        r"| 2 | CON-1 | the vault stays \| at its cap | `vault` |",
    ]


def test_the_table_of_requirements_links_code_and_theorems(root: Path) -> None:
    rows = section(root, "spec/pool.md", "<!-- generated: requirements -->")
    assert rows[2] == (
        "| NUM-1 | high | [`pool.pay`](../reference/solvent/pool.py)"
        " | [`pool.a_payment_is_rejected`](../proofs/theorems/pool.py) |"
    )
    assert len(rows) == 7


def test_the_table_of_theorems_replaces_what_was_there(root: Path) -> None:
    assert section(root, "spec/pool.md", "<!-- generated: theorems -->")[2:] == [
        "| `a_payment_adds` | A payment adds its amount. | CON-2, CON-3 |",
        "| `a_payment_is_rejected` | A payment is rejected. | CON-4, NUM-1, CON-1 |",
    ]
    assert section(root, "spec/machine.md", "<!-- generated: theorems -->") == ["No theorem is stated in this module."]


def test_the_tables_of_actions_rules_and_caps(root: Path) -> None:
    assert section(root, "spec/machine.md", "<!-- generated: actions -->")[2:] == [
        "| `Pay` | [pool](pool.md) | Anyone pays `amount` into the vault. | NUM-1, CON-1 |"
    ]
    assert section(root, "spec/machine.md", "<!-- generated: rules -->")[2:] == [
        "| 1 | NUM-1 | an amount is positive | [`pool.pay`](../reference/solvent/pool.py) |",
        r"| 2 | CON-1 | the vault stays \| at its cap | [`pool.require_vault`](../reference/solvent/pool.py) |",
    ]
    assert section(root, "spec/machine.md", "<!-- generated: caps -->")[2:] == [
        "| `CAP` | `2^60` | The most the vault holds. |"
    ]


def test_an_assumption_keeps_its_fields_and_needs_no_theorem(root: Path) -> None:
    text = (root / "spec/machine.md").read_text(encoding="utf-8")
    assert ":implementation: outside\n:enforcement: assumed\n" in text


Break = Callable[[Path], None]


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        pytest.param(
            lambda root: change(root, "spec/pool.md", "| `a_payment_adds` |", "| `another` |"),
            "spec/pool.md is stale: run `make tables`",
            id="table edited by hand",
        ),
        pytest.param(
            lambda root: change(root, "proofs/theorems/pool.py", "A payment adds its amount.", "A payment adds."),
            "spec/pool.md is stale: run `make tables`",
            id="theorem says something else",
        ),
        pytest.param(
            lambda root: change(root, "proofs/theorems/pool.py", '"CON-2", "CON-3"', '"CON-2"'),
            "CON-3 has no theorem",
            id="requirement without theorem",
        ),
        pytest.param(
            lambda root: change(root, "proofs/theorems/pool.py", '"CON-2", "CON-3"', '"CON-2", "CON-3", "CON-9"'),
            "pool.a_payment_adds names CON-9, which is no requirement",
            id="theorem of no requirement",
        ),
        pytest.param(
            lambda root: change(root, "proofs/theorems/pool.py", '"""A payment is rejected."""', ""),
            "pool.a_payment_is_rejected has no sentence",
            id="theorem without sentence",
        ),
        pytest.param(
            lambda root: change(
                root,
                "reference/solvent/rules.py",
                '"an amount is positive"',
                '"an amount is positive"\n    A = "A-1", "a"',
            ),
            "A-1 is a rule without a block in spec/",
            id="rule without block",
        ),
        pytest.param(
            lambda root: change(root, "reference/solvent/pool.py", "require(vault <= CAP, Rule.CON_1, field)", "pass"),
            "CON-1 is a rule without a guard",
            id="rule without guard",
        ),
        pytest.param(
            lambda root: change(root, "reference/solvent/pool.py", "Rule.CON_1", "Rule.CON_7"),
            "Rule.CON_7 is required and is no rule",
            id="guard of no rule",
        ),
        pytest.param(
            lambda root: change(root, "spec/pool.md", "An amount is positive.", "An amount is not negative."),
            "NUM-1 says something else in spec/ than in solvent.rules",
            id="block says something else",
        ),
        pytest.param(
            lambda root: change(
                root, "spec/pool.md", ":implementation: solvent.pool.Pay,", ":implementation: solvent.pool.Buy,"
            ),
            "CON-3 is implemented by solvent.pool.Buy, which is not in reference/",
            id="symbol of no code",
        ),
        pytest.param(
            lambda root: change(
                root, "spec/pool.md", ":implementation: solvent.pool.Pay, solvent.pool.pay", ":implementation:"
            ),
            "CON-3 has no implementation",
            id="requirement without code",
        ),
        pytest.param(
            lambda root: change(root, "reference/solvent/pool.py", "(CON-2)", "(CON-2, CON-8)"),
            "solvent.pool.pay names CON-8, which is no requirement",
            id="docstring of no requirement",
        ),
        pytest.param(
            lambda root: change(root, "spec/pool.md", "Of CON-1", "Of CON-6"),
            "spec/pool.md names CON-6, which is no requirement",
            id="prose of no requirement",
        ),
        pytest.param(
            lambda root: change(root, "spec/pool.md", ":id: CON-3", ":id: CON-2"),
            "CON-2 stands in more than one block",
            id="one id twice",
        ),
        pytest.param(
            lambda root: change(root, "spec/pool.md", "CON-4\n:criticality: low\n", "CON-4\ncriticality: low\n"),
            "spec/pool.md has a block that cannot be read",
            id="block without its form",
        ),
        pytest.param(
            lambda root: change(root, "spec/machine.md", "<!-- generated: caps -->", "<!-- generated: cups -->"),
            "spec/machine.md asks for cups, which is no table",
            id="unknown table",
        ),
        pytest.param(
            lambda root: change(root, "reference/solvent/pool.py", "Rules: NUM-1, CON-1.", "Rules: NUM-1."),
            "solvent.pool.pay documents other rules than NUM-1, CON-1",
            id="rules documented wrongly",
        ),
        pytest.param(
            lambda root: change(
                root,
                "reference/solvent/pool.py",
                '"vault")\n',
                '"vault")\n    require(action.amount > 0, Rule.NUM_1, "amount")\n',
            ),
            "solvent.pool.pay checks out of the order of precedence",
            id="checks out of order",
        ),
    ],
)
def test_what_is_wrong_is_named(root: Path, broken: Break, problem: str) -> None:
    broken(root)
    assert problem in requirements.check(root)


def test_a_range_of_documented_rules_is_every_rule_between(root: Path) -> None:
    change(root, "reference/solvent/pool.py", "Rules: NUM-1, CON-1.", "Rules: NUM-1 to CON-1.")
    assert requirements.check(root) == []


def test_the_command_lists_the_problems_and_fails(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(requirements, "__file__", str(root / "proofs/requirements.py"))
    assert requirements.main(["--check"]) == 0
    change(root, "spec/pool.md", "| `a_payment_adds` |", "| `another` |")
    assert requirements.main(["--check"]) == 1
    assert requirements.main([]) == 0
    assert capsys.readouterr().out.splitlines() == ["spec/pool.md is stale: run `make tables`", "wrote spec/pool.md"]
    assert requirements.main(["--check"]) == 0
