"""Sphinx: the staged site (spec/_site). Nothing that is shown comes from another machine than the reader's own."""

from spec import conf as chapters

project = chapters.project
extensions = list(chapters.extensions)
myst_heading_anchors = chapters.myst_heading_anchors
exclude_patterns: list[str] = []

needs_id_regex = chapters.needs_id_regex.removesuffix("$") + r"$|^(theorem|attack|vector)-[A-Za-z0-9_-]+$"
needs_title_optional = True
needs_title_from_content = True
needs_types = [
    *chapters.needs_types,
    {"directive": "thm", "title": "Theorem", "prefix": "", "color": "", "style": ""},
    {"directive": "atk", "title": "Attack", "prefix": "", "color": "", "style": ""},
    {"directive": "vec", "title": "Vector", "prefix": "", "color": "", "style": ""},
]
needs_fields = {
    **chapters.needs_fields,
    "verdict": {"description": "What the prover found", "schema": {"type": "string"}},
}
needs_links = {
    "proves": {"outgoing": "proves", "incoming": "proved by"},
    "exploits": {"outgoing": "without", "incoming": "without it"},
    "pins": {"outgoing": "pins", "incoming": "pinned by"},
}
# The title is the content, so a block shows its id, its fields and links, and its content.
needs_layouts = {
    "quiet": {
        "grid": "simple",
        "layout": {"head": ["**<<meta_id()>>**"], "meta": ["<<meta_all(no_links=True)>>", "<<meta_links_all()>>"]},
    }
}
needs_default_layout = "quiet"
needs_css = "blank.css"
needs_build_json = True
needs_reproducible_json = True

html_theme = "furo"
html_title = "Solvent"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
# Summaries would be fetched page by page, which a browser refuses for files opened from a disk.
html_show_search_summary = False
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0b5c55",
        "color-brand-content": "#0b5c55",
        "color-brand-visited": "#4a4a7d",
        "font-stack": "'Charter', 'Bitstream Charter', 'Source Serif 4', 'Noto Serif', 'DejaVu Serif', Georgia, serif",
        "font-stack--monospace": "'SF Mono', 'Menlo', 'Consolas', 'DejaVu Sans Mono', monospace",
    },
    "dark_css_variables": {
        "color-brand-primary": "#7fd1c7",
        "color-brand-content": "#7fd1c7",
        "color-brand-visited": "#b9b6ee",
    },
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
