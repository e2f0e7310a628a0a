"""Sphinx: the specification's chapters, their requirement blocks, and a check of every link between them."""

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

project = "Solvent"
extensions = ["myst_parser", "sphinx_needs"]
myst_heading_anchors = 3
# Incidents belong to no chapter; the site (spec/_site) has a page for each and checks the ids they name.
exclude_patterns = ["incidents"]

needs_id_regex = r"^[A-Z]{3}-[1-9][0-9]*$"
needs_title_optional = True
needs_title_from_content = True
needs_types = [
    {"directive": "req", "title": "Requirement", "prefix": "", "color": "", "style": ""},
    {"directive": "asm", "title": "Assumption", "prefix": "", "color": "", "style": ""},
]
needs_fields = {
    "criticality": {
        "description": "What its failure would cost",
        "schema": {"type": "string", "enum": ["critical", "high", "medium", "low"]},
    },
    "implementation": {"description": "The functions that enforce it", "schema": {"type": "string"}},
    "enforcement": {"description": "The theorems that prove it", "schema": {"type": "string"}},
}


def resolve_links(app: Sphinx, environment: BuildEnvironment) -> None:
    """Resolves every chapter's links; the builder `needs` writes no page and would leave them unchecked."""
    if app.builder.name == "needs":
        for chapter in sorted(environment.found_docs):
            environment.get_and_resolve_doctree(chapter, app.builder)


def setup(app: Sphinx) -> None:
    """Sphinx's entry point."""
    app.connect("env-check-consistency", resolve_links)
