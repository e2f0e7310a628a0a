"""Every link of the built site: that it leads somewhere, and that nothing is asked of another machine."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)\b((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
ATTRIBUTE = re.compile(r"\b(href|src|srcset|id|name|rel|action|data)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
FETCHED = {"script", "img", "iframe", "source", "video", "audio", "embed", "object"}
IMPORTED = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])(?:https?:)?//", re.IGNORECASE)


def problems(site: Path) -> Iterator[str]:
    """What is wrong, one line each."""
    pages = {path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    ids: dict[str, set[str]] = {}
    links: dict[str, list[str]] = {}
    for name, text in pages.items():
        ids[name], links[name] = set(), []
        for tag, rest in TAG.findall(text):
            attributes = {key: unescape(double or single) for key, double, single in ATTRIBUTE.findall(rest)}
            ids[name].update(attributes[key] for key in ("id", "name") if key in attributes)
            fetched = tag.lower() in FETCHED or (tag.lower() == "link" and attributes.get("rel") != "canonical")
            for key in ("href", "src", "data"):
                value = attributes.get(key)
                if value is None or (key == "data" and tag.lower() != "object"):
                    continue
                if urlsplit(value).netloc:
                    if fetched:
                        yield f"{name} fetches {value} from another machine"
                elif tag.lower() in FETCHED or key == "href":
                    links[name].append(value)
    for name, values in links.items():
        for value in dict.fromkeys(values):
            yield from _broken(site, name, value, ids)
    for path in site.rglob("*.css"):
        if IMPORTED.search(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(site)} fetches from another machine"


def _broken(site: Path, name: str, value: str, ids: dict[str, set[str]]) -> Iterator[str]:
    parts = urlsplit(value)
    if parts.scheme or value == "#":
        return
    target = (site / name).parent / unquote(parts.path) if parts.path else site / name
    if target.is_dir():
        target /= "index.html"
    resolved = target.resolve()
    if not resolved.is_file() or not resolved.is_relative_to(site.resolve()):
        yield f"{name} links to {value}, which is not there"
        return
    found = resolved.relative_to(site.resolve()).as_posix()
    if parts.fragment and found in ids and unquote(parts.fragment) not in ids[found]:
        yield f"{name} links to {value}, and there is no such place on that page"
