"""The pages of the site, as Markdown for Sphinx: the chapters as they are, and everything made of the evidence.

Code is included by symbol and never copied. Links of a page are HTML, and every one is checked once the site is built
(spec/_site/links.py).
"""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from html import escape
from inspect import cleandoc
from pathlib import Path
from typing import Any

from proofs.requirements import CHAPTERS, REFERENCE, THEOREMS, Action, Block, Catalogue, Guard
from solvent.edge.conformance.vectors import Case
from solvent.margin import opening_rate
from solvent.numbers import LOWEST_MARK, PPM
from solvent.pool import Market, MarketParameters
from spec._site import region
from spec._site.evidence import Evidence, status
from spec._site.formulas import mathml, stated
from spec._site.incidents import Incident
from spec._site.ledgers import anchor, ledger, linked, number, table

CRITICALITIES = ("critical", "high", "medium", "low")
STATUSES = ("proved", "refuted", "unknown", "no theorem")
SIGNS = {
    "proved": "✓",
    "passed": "✓",
    "killed": "✓",
    "necessary": "✓",
    "refuted": "✗",
    "failed": "✗",
    "survived": "✗",
    "unexplained": "✗",
    "unknown": "?",
}
CODE_LINK = re.compile(r"\[`([a-z_]+)\.(\w+)`\]\(\.\./(reference/solvent|proofs/theorems)/[a-z_]+\.py\)")
REQUIREMENT = re.compile(r"^```\{req\}\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
THEOREM_ROW = re.compile(r"^\| `([a-z]\w+)` \|", re.MULTILINE)


class Pages:
    """Every page of the site by its path without the suffix."""

    def __init__(
        self, catalogue: Catalogue, evidence: Evidence, incidents: list[Incident], problems: list[str], root: str
    ) -> None:
        self.catalogue = catalogue
        self.evidence = evidence
        self.incidents = incidents
        self.problems = problems
        self._root = root
        self.requirements = [block for block in catalogue.blocks if not block.is_assumption]
        self.assumptions = [block for block in catalogue.blocks if block.is_assumption]

    def all(self) -> Iterator[tuple[str, str]]:
        """Each page's path and its Markdown."""
        yield "index", self.dashboard()
        for chapter, text in self.catalogue.chapters.items():
            yield f"spec/{chapter}", self.chapter(chapter, text)
        yield "requirements/index", self.list_of_requirements()
        for block in self.requirements:
            yield f"requirements/{block.identifier}", self.requirement(block)
        yield "actions/index", self.list_of_actions()
        for action in self.catalogue.actions:
            yield f"actions/{action.name}", self.action(action)
        yield "incidents/index", self.list_of_incidents()
        for incident in self.incidents:
            yield f"incidents/{incident.name}", self.incident(incident)
        yield "theorems/index", self.list_of_theorems()
        for module in self.catalogue.modules:
            yield f"theorems/{module}", self.theorems(module)
            yield f"code/{module}", self.code(module)
        yield "code/index", listing("Code", "The reference, by symbol.", self.catalogue.modules)
        yield "counterexamples/index", self.list_of_counterexamples()
        for name in self.failing:
            yield f"counterexamples/{name.replace('.', '-')}", self.counterexample(name)
        yield "assumptions", self.list_of_assumptions()
        yield "parameters", self.parameters()
        yield "replays", self.replays()
        yield "soundness", self.soundness()
        yield "vectors", self.vectors()

    @cached_property
    def failing(self) -> list[str]:
        """The theorems that were not proved."""
        return [name for name, theorem in self.evidence.theorems.items() if theorem["verdict"] != "proved"]

    # The dashboard.

    def dashboard(self) -> str:
        """Everything at a glance, and the way to every requirement."""
        theorems = list(self.evidence.theorems.values())
        counts = Counter(status(self.catalogue, self.evidence, block.identifier) for block in self.requirements)
        proved = sum(theorem["verdict"] == "proved" for theorem in theorems)
        obligations = sum(len(theorem["obligations"]) for theorem in theorems)
        versions = self.evidence.report["versions"]
        tiles = [
            (f"{counts['proved']} of {len(self.requirements)}", "requirements proved", "requirements/index.html"),
            (f"{proved} of {len(theorems)}", "theorems proved", "theorems/index.html"),
            (f"{sum(theorem['paths'] for theorem in theorems):,}".replace(",", "\u202f"), "paths explored", None),
            (f"{obligations:,}".replace(",", "\u202f"), f"obligations, by Z3 {versions.get('z3', '')}", None),
            (*self._second_solver(), None),
            (*self._necessary(), "requirements/index.html"),
            (*self._killed(), None),
            (str(len(self.evidence.waived)) if self.evidence.waived else "none", "waived", None),
            (str(len(self.assumptions)), "assumptions, not proved", "assumptions.html"),
        ]
        shown = "".join(tile(*each) for each in tiles)
        checks = " ".join(
            f"{escape(check['name'])} {badge('passed' if check['passed'] else 'failed')}"
            for check in self.evidence.report["checks"]
        )
        waived = "".join(f"<li>{escape(item['name'])}: {escape(item['reason'])}</li>" for item in self.evidence.waived)
        facts = [
            f"<p>Checks besides the theorems: {checks}</p>" if checks else "<p>No checks were run.</p>",
            f"<p>Waived:</p><ul>{waived}</ul>" if waived else "",
            f"<p class='note'>Proved in {number(str(round(self.evidence.seconds)))} s with Python "
            f"{escape(versions.get('python', ''))} and Z3 {escape(versions.get('z3', ''))}, of sources "
            f"<code class='hash'>{escape(self.evidence.report['sources'])}</code></p>",
        ]
        ways = [
            ("The specification", "spec/index.html", "chapter by chapter"),
            ("Actions", "actions/index.html", "who may do what, and what is checked in which order"),
            ("Incidents", "incidents/index.html", "what went wrong elsewhere, and what stands against it"),
            ("Assumptions", "assumptions.html", "what is not proved"),
            ("Soundness", "soundness.html", "why a proof here can be believed"),
            ("Parameters", "parameters.html", "the region in which every theorem holds"),
            ("Replays", "replays.html", "historical crashes"),
        ]
        links = "".join(f'<li><a href="{to}">{title}</a> {says}</li>' for title, to, says in ways)
        return page(
            "Solvent: the evidence",
            "<p class='lead'>What Solvent demands of itself, what proves it, and what is merely assumed. "
            "Every requirement in the list leads to its evidence.</p>",
            self._banner(),
            f'<div class="tiles">{shown}</div>',
            self._matrix(),
            f'<div class="facts">{"".join(facts)}</div>',
            f'<ul class="ways">{links}</ul>',
            "## Requirements",
            f'<div class="listing">{self._requirements("")}</div>',
            self._contents(),
        )

    def _banner(self) -> str:
        if not self.problems:
            return (
                '<p class="standing good" role="status">✓ Every requirement has its proof, of these very sources.</p>'
            )
        items = "".join(f"<li>{linked(plain(problem), '')}</li>" for problem in self.problems)
        count = f"{len(self.problems)} matter{'s' if len(self.problems) > 1 else ''}"
        more = ' <a href="counterexamples/index.html">See the counterexamples.</a>' if self.failing else ""
        return (
            f'<div class="standing bad" role="status"><p>✗ Not everything holds: {count} to mend.{more}</p>'
            f"<ul>{items}</ul></div>"
        )

    def _second_solver(self) -> tuple[str, str]:
        second = self.evidence.report["second"]
        solver = f"cvc5 {self.evidence.report['versions'].get('cvc5', '')}"
        return f"{number(str(second['agreed']))} of {number(str(second['proved']))}", f"proved again, by {solver}"

    def _necessary(self) -> tuple[str, str]:
        verdicts = Counter(attack["verdict"] for attack in self.evidence.attacks.values())
        if not verdicts:
            return "not yet", "guards shown necessary"
        form = f", {verdicts['form']} of form" if verdicts["form"] else ""
        return f"{verdicts['necessary']} of {len(self.catalogue.rules)}", f"guards shown necessary{form}"

    def _killed(self) -> tuple[str, str]:
        if self.evidence.mutants is None:
            return "not yet", "mutants killed"
        verdicts = Counter(mutant["verdict"] for mutant in self.evidence.mutants)
        equal = f", {verdicts['equivalent']} equivalent" if verdicts["equivalent"] else ""
        return f"{verdicts['killed']} of {len(self.evidence.mutants)}", f"mutants killed{equal}"

    def _matrix(self) -> str:
        counts = Counter(
            (block.fields.get("criticality"), status(self.catalogue, self.evidence, block.identifier))
            for block in self.requirements
        )
        rows = []
        for criticality in CRITICALITIES:
            row = [counts[criticality, each] for each in STATUSES]
            cells = [str(count) if count else "<span class='none'>&ndash;</span>" for count in row]
            rows.append([criticality, *cells, str(sum(row))])
        totals = [sum(counts[criticality, each] for criticality in CRITICALITIES) for each in STATUSES]
        rows.append(["all", *map(str, totals), str(sum(totals))])
        return table(
            "Requirements by what their failure would cost",
            ["Criticality", *map(badge, STATUSES), "all"],
            rows,
            "matrix",
        )

    def _requirements(self, up: str) -> str:
        rows = []
        for block in self.requirements:
            identifier, criticality = block.identifier, block.fields.get("criticality", "")
            state = status(self.catalogue, self.evidence, identifier)
            rows.append(
                f'<tr data-criticality="{criticality}" data-status="{state}" data-chapter="{block.chapter}">'
                f'<th scope="row">{anchor(identifier, up)}</th><td>{escape(block.sentence)}</td>'
                f"<td>{criticality}</td><td>{badge(state)}</td>"
                f'<td><a href="{up}spec/{block.chapter}.html#{identifier}">{block.chapter}</a></td></tr>'
            )
        heads = "".join(
            f'<th scope="col">{head}</th>' for head in ("No.", "Property", "Criticality", "Status", "Chapter")
        )
        return (
            '<div class="wide" role="region" aria-label="Requirements" tabindex="0">'
            '<table class="filterable"><caption class="hidden">Every requirement</caption>'
            f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        )

    def _contents(self) -> str:
        shown = [
            ("The specification", ["Dashboard <self>", "spec/index"]),
            (
                "The evidence",
                [
                    "requirements/index",
                    "actions/index",
                    "theorems/index",
                    "code/index",
                    "vectors",
                    "counterexamples/index",
                ],
            ),
            ("The world", ["incidents/index", "assumptions", "soundness", "parameters", "replays"]),
        ]
        return "\n\n".join(
            f"```{{toctree}}\n:hidden:\n:caption: {caption}\n:maxdepth: 2\n\n" + "\n".join(pages) + "\n```"
            for caption, pages in shown
        )

    # The chapters.

    def chapter(self, name: str, text: str) -> str:
        """A chapter as it stands, its links to files leading to the site's pages."""

        def block(match: re.Match[str]) -> str:
            fields, _, body = match.group(1).partition("\n\n")
            kept = "\n".join(line for line in fields.split("\n") if not line.startswith(":enforcement:"))
            identifier = re.findall(r"^:id: (\S+)$", fields, re.MULTILINE)[0]
            more = f"<p class='evidence'><a href='../requirements/{identifier}.html'>Evidence for {identifier}</a></p>"
            return f"```{{req}}\n{kept}\n\n{body}\n\n{more}\n```"

        def code(match: re.Match[str]) -> str:
            module, symbol, folder = match.groups()
            kind = "code" if folder == "reference/solvent" else "theorems"
            return f'<a href="../{kind}/{module}.html#{module}.{symbol}"><code>{module}.{symbol}</code></a>'

        text = REQUIREMENT.sub(block, CODE_LINK.sub(code, text))
        if name in self.catalogue.modules:
            stated_here = {theorem.name for theorem in self.catalogue.theorems if theorem.module == name}

            def theorem(match: re.Match[str]) -> str:
                if match[1] not in stated_here:
                    return match[0]
                return f'| <a href="../theorems/{name}.html#{name}.{match[1]}"><code>{match[1]}</code></a> |'

            text = THEOREM_ROW.sub(theorem, text)
        # A table's head without a word is nothing to a screen reader.
        text = text.replace("\n|  | Rule |", "\n| Order | Rule |")
        return text.replace("](../", f"]({self._root}/")

    # One requirement.

    def list_of_requirements(self) -> str:
        """All of them, to be filtered."""
        return page(
            "Requirements",
            "<p class='lead'>What must hold, in the words of the specification.</p>",
            self._requirements("../"),
        )

    def requirement(self, block: Block) -> str:
        """Everything there is about one requirement."""
        identifier = block.identifier
        same = [other.identifier for other in self.requirements if other.chapter == block.chapter]
        place = same.index(identifier)
        before = anchor(same[place - 1], "../") if place else ""
        after = anchor(same[place + 1], "../") if place + 1 < len(same) else ""
        explains = "\n\n".join(block.body.split("\n\n")[1:])
        state = status(self.catalogue, self.evidence, identifier)
        rule = next((rule for rule in self.catalogue.rules if rule.identifier == identifier), None)
        facts = [
            f"<div><dt>Status</dt><dd>{badge(state)}</dd></div>",
            f"<div><dt>Criticality</dt><dd>{block.fields.get('criticality', '')}</dd></div>",
            f"<div><dt>Chapter</dt><dd><a href='../spec/{block.chapter}.html#{identifier}'>"
            f"{block.chapter}</a></dd></div>",
            (
                f"<div><dt>Kind</dt><dd>rule, {ordinal(self.catalogue.rules.index(rule) + 1)} of "
                f"{len(self.catalogue.rules)} in precedence</dd></div>"
                if rule
                else "<div><dt>Kind</dt><dd>property</dd></div>"
            ),
        ]
        return page(
            identifier,
            f'<p class="lead">{escape(block.sentence)}</p>',
            f'<dl class="facts">{"".join(facts)}</dl>',
            linked_text(explains, "../"),
            self._formulas(identifier),
            # An entry's place is that of the node after it, which must not be raw HTML.
            f"```{{index}} single: {identifier}\n```",
            "## Where it is enforced",
            *self._code_of(block),
            self._actions_of(identifier),
            "## What proves it",
            *self._proofs_of(identifier),
            "## What happens without it",
            self._without(identifier, is_rule=rule is not None),
            "## Vectors",
            self._vectors_of(identifier),
            "## Mutants",
            self._mutants_of(identifier),
            self._incidents_of(identifier),
            f'<p class="turn"><span>{before and "← " + before}</span><span>{after and after + " →"}</span></p>',
            orphan=True,
        )

    def _formulas(self, identifier: str) -> str:
        lines = []
        for chapter, text in self.catalogue.chapters.items():
            for formula, remark in stated(text, identifier):
                note = f"<figcaption>{escape(remark)} ({chapter})</figcaption>"
                lines.append(f'<figure class="formula">{mathml(formula)}{note}</figure>')
        return "\n".join(lines)

    def _code_of(self, block: Block) -> Iterator[str]:
        symbols = block.fields.get("implementation", "").split(", ")
        for symbol in symbols:
            _, module, name = symbol.split(".")
            lines = [guard.line for guard in self.catalogue.guards if self._guards(guard, block.identifier, symbol)]
            where = f'<a href="../code/{module}.html#{module}.{name}"><code>{module}.{name}</code></a>'
            told = f", line {', '.join(map(str, lines))}" if lines else ""
            yield f"<p>{where}{told}</p>"
            yield self.include(REFERENCE / f"{module}.py", name, self._emphasis(module, name, lines))

    def _guards(self, guard: Guard, identifier: str, symbol: str) -> bool:
        return self.catalogue.ids.get(guard.rule) == identifier and guard.symbol == symbol

    def _emphasis(self, module: str, name: str, lines: list[int]) -> str:
        function = self.catalogue.modules[module].functions.get(name)
        if function is None or not lines:
            return ""
        first = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
        return ",".join(str(line - first + 1) for line in lines)

    def include(self, path: Path, symbol: str, emphasis: str = "") -> str:
        """A symbol's source, from the file itself."""
        marked = f":emphasize-lines: {emphasis}\n" if emphasis else ""
        return (
            f"```{{literalinclude}} {self._root}/{path.as_posix()}\n:pyobject: {symbol}\n:language: python\n{marked}"
            ":lineno-match:\n```"
        )

    def _actions_of(self, identifier: str) -> str:
        found = []
        for action in self.catalogue.actions:
            guards = self.catalogue.checks(action.module, action.transition)
            for place, guard in enumerate(guards, 1):
                if self.catalogue.ids.get(guard.rule) == identifier:
                    found.append(
                        f'<li><a href="../actions/{action.name}.html">{action.name}</a>: check {place} of '
                        f"{len(guards)}, of <code>{escape(guard.field)}</code></li>"
                    )
        return f"<p>It is checked by these actions:</p><ul>{''.join(found)}</ul>" if found else ""

    def _proofs_of(self, identifier: str) -> Iterator[str]:
        names = self.catalogue.enforcement(identifier)
        if not names:
            yield "<p class='missing'>No theorem yet: nothing proves it.</p>"
            return
        rows = []
        for name in names:
            theorem = self.evidence.theorems.get(name)
            module = name.partition(".")[0]
            link = f'<a href="../theorems/{module}.html#{name}"><code>{name}</code></a>'
            if theorem is None:
                rows.append([link, "not in the report", "", ""])
                continue
            verdict = badge(theorem["verdict"])
            if theorem["verdict"] != "proved":
                verdict += f' <a href="../counterexamples/{name.replace(".", "-")}.html">see</a>'
            rows.append([link, verdict, number(str(theorem["paths"])), number(str(len(theorem["obligations"])))])
        yield table("The theorems", ["Theorem", "Verdict", "Paths", "Obligations"], rows)
        for name in names:
            module, _, function = name.partition(".")
            theorem = self.evidence.theorems.get(name)
            says = f": {escape(theorem['sentence'])}" if theorem else ""
            yield f"<details><summary><code>{name}</code>{says}</summary>"
            yield self.include(THEOREMS / f"{module}.py", function)
            yield "</details>"

    def _without(self, identifier: str, *, is_rule: bool) -> str:
        if not is_rule:
            return (
                "<p>It is no guard, so there is nothing to switch off: what would break it is a change of the code.</p>"
            )
        attack = self.evidence.attacks.get(identifier)
        if attack is None:
            return "<p class='missing'>Not yet: no exploit has been recorded with this guard switched off.</p>"
        if attack["verdict"] == "form":
            return "<p>A rule of form: what it rejects would harm nobody, and it needs no exploit.</p>"
        if attack["verdict"] == "unexplained":
            return "<p class='missing'>No safety theorem fails without this guard.</p>"
        name = attack["theorem"]
        where = f"../theorems/{name.partition('.')[0]}.html#{name}"
        told = f'<p>With this guard switched off, <a href="{where}"><code>{name}</code></a> is refuted:</p>'
        return f"{self._exploit(attack)}\n{told}\n{ledger(attack['counterexample'], '../')}"

    def _exploit(self, attack: dict[str, Any]) -> str:
        if "exploit" not in attack:
            reason = attack.get("no_exploit", "none was found")
            return f"<p>No exploit from an empty pool: {linked(reason, '../')}.</p>"
        exploit = attack["exploit"]
        lines = "\n".join(escape(line) for line in exploit["story"])
        stop = exploit["stopped"]
        return (
            "<p>From an empty pool, with this guard switched off:</p>\n"
            f'<pre class="story">{lines}</pre>\n'
            f'<p class="violated"><strong>Violated:</strong> {linked(exploit["violates"], "../")}</p>\n'
            f"<p>With the guard, action {stop['action']} is rejected: {linked(stop['rule'], '../')}, "
            f"<code>{escape(stop['field'])}</code>.</p>"
        )

    def _vectors_of(self, identifier: str) -> str:
        found = [case for case in self.evidence.vectors if case.requirement == identifier]
        if not found:
            return "<p>No vector is named after it: those pin what a single step shows.</p>"
        items = "".join(
            f'<li><a href="../vectors.html#vector-{make_id(case.id)}"><code>{escape(case.id)}</code></a> '
            f"{escape(outcome_of(case))}</li>"
            for case in found
        )
        return f"<ul>{items}</ul>"

    def _mutants_of(self, identifier: str) -> str:
        if self.evidence.mutants is None:
            return "<p class='missing'>Not yet: no mutants have been run.</p>"
        names = set(self.catalogue.enforcement(identifier))
        killed = [mutant for mutant in self.evidence.mutants if names & set(mutant.get("killed_by", []))]
        if not killed:
            return "<p>Its theorems kill no mutant.</p>"
        rows = [
            [
                escape(mutant["id"]),
                f"{escape(mutant['file'])}:{mutant['line']}",
                f"<code>{escape(mutant['change'])}</code>",
            ]
            for mutant in killed
        ]
        return table("Killed by its theorems", ["Mutant", "Where", "Change"], rows)

    def _incidents_of(self, identifier: str) -> str:
        found = [incident for incident in self.incidents if identifier in incident.identifiers]
        if not found:
            return ""
        items = "".join(
            f'<li><a href="../incidents/{incident.name}.html">{escape(incident.title)}</a>, '
            f"{escape(incident.when)}</li>"
            for incident in found
        )
        return f"## Incidents\n\n<ul>{items}</ul>"

    # Actions.

    def list_of_actions(self) -> str:
        """All of them."""
        rows = [
            [f'<a href="{action.name}.html">{action.name}</a>', coded(action.says), action.module]
            for action in self.catalogue.actions
        ]
        actions = [action.name for action in self.catalogue.actions]
        return page(
            "Actions",
            "<p class='lead'>Everything that can be done to a pool.</p>",
            table("The actions", ["Action", "Who may, and what it does", "Chapter"], rows),
            hidden(actions),
        )

    def action(self, action: Action) -> str:
        """One action, its guards in order of precedence and its code."""
        sentences = {rule.name: rule for rule in self.catalogue.rules}
        guards = [guard for guard in self.catalogue.checks(action.module, action.transition) if guard.rule in sentences]
        rows = []
        for place, guard in enumerate(guards, 1):
            rule = sentences[guard.rule]
            module = guard.symbol.split(".")[1]
            link = f'<a href="../code/{module}.html#{guard.symbol.removeprefix("solvent.")}">'
            rows.append(
                [
                    str(place),
                    anchor(rule.identifier, "../"),
                    escape(rule.sentence),
                    f"<code>{escape(guard.field)}</code>",
                    f"{link}<code>{guard.symbol.removeprefix('solvent.')}</code></a>, line {guard.line}",
                    badge(status(self.catalogue, self.evidence, rule.identifier)),
                ]
            )
        ids = {sentences[guard.rule].identifier for guard in guards}
        properties = [
            block
            for block in self.requirements
            if block.identifier not in ids
            and f"solvent.{action.module}.{action.transition}" in block.fields.get("implementation", "").split(", ")
        ]
        promised = "".join(f"<li>{anchor(b.identifier, '../')} {escape(b.sentence)}</li>" for b in properties)
        return page(
            action.name,
            f"<p class='lead'>{coded(action.says)}</p>",
            f'<p>Chapter: <a href="../spec/{action.module}.html">{action.module}</a></p>',
            self.include(REFERENCE / f"{action.module}.py", action.name),
            "## Its guards, in order of precedence",
            "<p>The first that fails is the one that is named.</p>",
            table("Guards", ["Order", "Rule", "What it demands", "Field", "Enforced in", "Status"], rows),
            f"## What it promises\n\n<ul>{promised}</ul>" if promised else "",
            "## What it does",
            self.include(REFERENCE / f"{action.module}.py", action.transition),
        )

    # Incidents.

    def list_of_incidents(self) -> str:
        """All of them, oldest first."""
        rows = [
            [
                f'<a href="{incident.name}.html">{escape(incident.title)}</a>',
                escape(incident.when),
                escape(incident.loss),
                f'<span class="tag">{incident.standing}</span>',
                ", ".join(anchor(identifier, "../") for identifier in incident.identifiers),
            ]
            for incident in self.incidents
        ]
        return page(
            "Incidents",
            "<p class='lead'>What went wrong elsewhere, and what stands against it here. Losses are as reported at the "
            "time, rounded.</p>",
            "<p><em>Answered</em>: a proved rule stops it. <em>Answered in part</em>: what is left is said. "
            "<em>Assumed</em>: it rests on an assumption. <em>Not yet covered</em>: nothing here stops it. "
            "<em>No such mechanism</em>: what failed does not exist here.</p>",
            table("Incidents", ["Incident", "When", "Loss", "Standing", "See"], rows, "plain filterable-text"),
        )

    def incident(self, incident: Incident) -> str:
        """One incident."""
        facts = "".join(
            f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>"
            for name, value in (("When", incident.when), ("Loss", incident.loss), ("Standing", incident.standing))
        )
        sentences = {block.identifier: block.sentence for block in self.catalogue.blocks}
        named = "".join(
            f"<li>{anchor(each, '../')} {escape(sentences.get(each, ''))}</li>" for each in incident.identifiers
        )
        return page(
            incident.title,
            f'<dl class="facts">{facts}</dl>',
            "## What happened",
            incident.happened,
            "## What stands against it here",
            linked_text(incident.against, "../"),
            f"<ul class='named'>{named}</ul>" if named else "",
            orphan=True,
        )

    # Theorems and code.

    def list_of_theorems(self) -> str:
        """All of them, by module."""
        rows = []
        for theorem in self.catalogue.theorems:
            name = f"{theorem.module}.{theorem.name}"
            found = self.evidence.theorems.get(name)
            rows.append(
                [
                    f'<a href="{theorem.module}.html#{name}"><code>{name}</code></a>',
                    escape(theorem.sentence),
                    badge(found["verdict"]) if found else "not in the report",
                    number(str(found["paths"])) if found else "",
                ]
            )
        return page(
            "Theorems",
            "<p class='lead'>Each is a function that says what must hold of the code it calls.</p>",
            table("Theorems", ["Theorem", "What it says", "Verdict", "Paths"], rows, "plain filterable-text"),
            hidden(list(self.catalogue.modules)),
        )

    def theorems(self, module: str) -> str:
        """The theorems about one module."""
        parts = []
        for theorem in self.catalogue.theorems:
            if theorem.module != module:
                continue
            name = f"{module}.{theorem.name}"
            found = self.evidence.theorems.get(name)
            verdict = found["verdict"] if found else "not in the report"
            paths = number(str(found["paths"])) if found else "no"
            obligations = number(str(len(found["obligations"]))) if found else "no"
            parts += [
                f'<span class="target" id="{name}"></span>',
                f"## {theorem.name}",
                f"<p>{badge(verdict)} {paths} paths, {obligations} obligations</p>",
                f"```{{thm}}\n:id: theorem-{module}-{theorem.name}\n:verdict: {verdict}\n"
                f":proves: {', '.join(dict.fromkeys(theorem.requirements))}\n\n{theorem.sentence}\n```",
                self.include(THEOREMS / f"{module}.py", theorem.name),
            ]
        none = "<p>No theorem is stated in this module.</p>"
        return page(f"Theorems: {module}", *(parts or [none]))

    def code(self, module: str) -> str:
        """A module of the reference, symbol by symbol."""
        path = REFERENCE / f"{module}.py"
        content = self.catalogue.modules[module]
        nodes: list[ast.FunctionDef | ast.ClassDef] = [*content.classes.values(), *content.functions.values()]
        symbols = sorted(nodes, key=lambda node: node.lineno)
        enforced: dict[str, list[str]] = {}
        for block in self.requirements:
            for symbol in block.fields.get("implementation", "").split(", "):
                enforced.setdefault(symbol, []).append(block.identifier)
        parts = []
        for node in symbols:
            ids = ", ".join(anchor(each, "../") for each in enforced.get(f"solvent.{module}.{node.name}", []))
            parts += [
                f'<span class="target" id="{module}.{node.name}"></span>',
                f"## {node.name}",
                f"<p>Enforces {ids}</p>" if ids else "",
                self.include(path, node.name),
            ]
        return page(f"Code: {module}", f'<p>Chapter: <a href="../spec/{module}.html">{module}</a></p>', *parts)

    # Counterexamples.

    def list_of_counterexamples(self) -> str:
        """The theorems that were not proved."""
        if not self.failing:
            told = "<p class='lead'>None: every theorem of the last run was proved.</p>"
        else:
            rows = [
                [
                    f'<a href="{name.replace(".", "-")}.html"><code>{name}</code></a>',
                    badge(self.evidence.theorems[name]["verdict"]),
                    str(len(self.evidence.theorems[name]["findings"])),
                ]
                for name in self.failing
            ]
            told = table("Theorems that were not proved", ["Theorem", "Verdict", "Findings"], rows)
        return page("Counterexamples", told)

    def counterexample(self, name: str) -> str:
        """What refutes a theorem, or what stayed open."""
        theorem = self.evidence.theorems[name]
        parts = []
        for place, finding in enumerate(theorem["findings"], 1):
            parts += [
                f"## Finding {place}",
                f'<p class="violated">{badge(finding["verdict"])} '
                f"<strong>{linked(finding['label'], '../')}</strong></p>",
                ledger(finding["record"], "../") if finding.get("record") else "<p>There is no counterexample.</p>",
            ]
        module = name.partition(".")[0]
        return page(
            f"Counterexample: {name.partition('.')[2].replace('_', ' ')}",
            f"<p class='lead'>{escape(theorem['sentence'])}</p>",
            f'<p>{badge(theorem["verdict"])} <a href="../theorems/{module}.html#{name}">The theorem</a> of '
            f"{', '.join(anchor(each, '../') for each in theorem['requirements'])}</p>",
            *parts,
            orphan=True,
        )

    # The rest.

    def list_of_assumptions(self) -> str:
        """What is not proved."""
        parts = []
        for block in self.assumptions:
            _, _, explains = block.body.partition("\n\n")
            incidents = [incident for incident in self.incidents if block.identifier in incident.identifiers]
            items = ", ".join(f'<a href="incidents/{each.name}.html">{escape(each.title)}</a>' for each in incidents)
            parts += [
                f'<span class="target" id="{block.identifier}"></span>',
                f"```{{index}} single: {block.identifier}\n```",
                f"## {block.identifier}",
                f"<p class='lead'>{escape(block.sentence)}</p>",
                linked_text(explains, ""),
                f"<p>Criticality: {block.fields.get('criticality', '')}. Chapter: "
                f'<a href="spec/{block.chapter}.html#{block.identifier}">{block.chapter}</a>.</p>',
                f"<p>Incidents: {items}</p>" if items else "",
            ]
        return page("Assumptions", "<p class='lead'>What is not proved here, and what follows if it fails.</p>", *parts)

    def parameters(self) -> str:
        """The region that the parameters may lie in, drawn."""
        rows = [
            [
                f"<code>{found.name}</code>",
                found.of,
                power(found.lowest),
                power(found.highest),
                region.bar(found),
                ", ".join(anchor(rule, "") for rule in found.rules),
            ]
            for found in region.ranges()
        ]
        sample = MarketParameters(
            initial_rate=PPM // 10, interest_lower=1_000 * LOWEST_MARK, interest_upper=3_000 * LOWEST_MARK
        )

        def rate(interest: int) -> int:
            return opening_rate(Market(mark=LOWEST_MARK, long_interest=interest // LOWEST_MARK, parameters=sample))

        curve = region.opening_rates(rate, sample.interest_lower, sample.interest_upper)
        pairs = []
        for lower, upper in (("interest_lower", "interest_upper"), ("lowest_mark", "highest_mark")):
            start = getattr(region.MARKET, lower), getattr(region.MARKET, upper)
            picture, equal = region.triangle(lower, upper, *start)
            relation = "at most" if equal else "below"
            pairs.append(
                f"<figure>{picture}<figcaption><code>{lower}</code> is {relation} <code>{upper}</code>"
                "</figcaption></figure>"
            )
        heads = ["Parameter", "Of the", "From", "To", "Drawn", "Rules"]
        return page(
            "Parameters",
            "<p class='lead'>Within this region every theorem holds, whatever governance chooses. It is drawn from "
            "what the reference accepts when it is asked.</p>",
            '<p>What each parameter means stands in <a href="spec/parameters.html">the chapter</a>. Rates are parts '
            "per million, drawn from zero to one; everything else is drawn on a logarithmic scale up to the largest "
            "cap. A filled end is included; a hollow one is the smallest value above zero.</p>",
            table("What is accepted of each parameter alone", heads, rows, "plain region"),
            "## Where two depend on each other",
            "<p>Filled cells are accepted, empty ones are rejected.</p>",
            f'<div class="pictures">{"".join(pairs)}</div>',
            "## How the opening rate grows",
            "<p>An example with an initial rate of a tenth: what an increase must have, as the market's open interest "
            f"grows ({anchor('MAR-2', '')}).</p>",
            f'<figure class="wide">{curve}</figure>',
        )

    def replays(self) -> str:
        """The pictures of replays."""
        pictures = sorted((self.catalogue.root / CHAPTERS / "pictures").glob("*.svg"))
        parts = []
        for path in pictures:
            title = path.stem.replace("-", " ").capitalize()
            parts += [
                f"## {title}",
                f"```{{image}} {self._root}/{CHAPTERS}/pictures/{path.name}\n:alt: {title}: marks, open interest, "
                "equities and liquidations over time\n:class: picture\n```",
                f"<p>Made by <code>solvent replay {path.stem} --picture {path.name}</code>, with prices of one's "
                "own.</p>",
            ]
        none = "<p class='missing'>Not yet: no replay has been drawn.</p>"
        return page(
            "Replays",
            "<p class='lead'>The machine driven through historical crashes, one mark a step.</p>",
            *(parts or [none]),
        )

    def soundness(self) -> str:
        """SOUNDNESS.md; its links to chapters lead to the site's, those to other files become their text."""
        text = (self.catalogue.root / "SOUNDNESS.md").read_text(encoding="utf-8")
        text = re.sub(r"\[([^]]+)\]\((?!spec/|#)[^)]+\)", r"`\1`", text).replace("\n| | Risk |", "\n| Letter | Risk |")
        return linked_text(re.sub(r"<!--.*?-->\n", "", text), "")

    def vectors(self) -> str:
        """Every vector."""
        parts = [
            f"```{{vec}}\n:id: vector-{make_id(case.id)}\n:pins: {case.requirement}\n\n{outcome_of(case)}\n```"
            for case in self.evidence.vectors
        ]
        return page(
            "Vectors", "<p class='lead'>Cases that another implementation must decide in the same way.</p>", *parts
        )


def page(title: str, *parts: str, orphan: bool = False) -> str:
    """A page of Markdown; a page that is reached from lists alone is an orphan to Sphinx."""
    head = "---\norphan: true\n---\n\n" if orphan else ""
    return f"{head}# {title}\n\n" + "\n\n".join(part for part in parts if part) + "\n"


def listing(title: str, lead: str, names: Iterable[str]) -> str:
    """A page that lists pages beside it."""
    entries = "\n".join(names)
    return page(title, f"<p class='lead'>{lead}</p>", f"```{{toctree}}\n:maxdepth: 1\n\n{entries}\n```")


def hidden(names: list[str]) -> str:
    """A table of contents that only the sidebar shows."""
    return "```{toctree}\n:hidden:\n\n" + "\n".join(names) + "\n```"


def tile(figure: str, says: str, to: str | None) -> str:
    """One figure of the dashboard."""
    inner = f'<span class="figure">{figure}</span><span class="says">{says}</span>'
    pending = " pending" if figure == "not yet" else ""
    return f'<a class="tile{pending}" href="{to}">{inner}</a>' if to else f'<div class="tile{pending}">{inner}</div>'


def badge(word: str) -> str:
    """A verdict, told by word and sign and not by colour alone."""
    kind = word.replace(" ", "-")
    return f'<span class="badge {kind}"><span aria-hidden="true">{SIGNS.get(word, "&ndash;")}</span> {word}</span>'


def linked_text(text: str, up: str) -> str:
    """Markdown in which every id leads to its page; code stays as it is."""
    parts = re.split(r"(`[^`]*`)", cleandoc(text))
    return "".join(part if part.startswith("`") else linked(part, up).replace("&#x27;", "'") for part in parts)


def outcome_of(case: Case) -> str:
    """A vector in a few words."""
    expected = case.expected()
    step = "reset" if case.action is None else type(case.action).__name__
    if expected["outcome"] == "accepted":
        return f"{step} is accepted"
    field = f", field {expected['field']}" if "field" in expected else ""
    return f"{step} is rejected by {expected['rule']}{field}"


def make_id(text: str) -> str:
    """A vector's id as it can stand in an address."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text)


def plain(text: str) -> str:
    """Text without its marks of code."""
    return text.replace("`", "")


def coded(text: str) -> str:
    """Text with its marks of code as HTML."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text))


def power(value: int) -> str:
    """A cap as the power of two that it is, or is one less than; any other number in full."""
    for exact, less in ((value, ""), (value + 1, " &minus; 1")):
        if exact > 10**9 and exact & (exact - 1) == 0:
            return f"2<sup>{exact.bit_length() - 1}</sup>{less}"
    return number(str(value))


def ordinal(place: int) -> str:
    """A place in an order."""
    ending = "th" if 10 <= place % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"
