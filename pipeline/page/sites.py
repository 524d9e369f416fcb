"""Rules of one site: how to know it, where its fields and its content stand, which of its lines to drop.

A site is one TOML file (docs/accuracy-page.md shows one). Its rules come first; what they do not give, the
generic way finds. Rules for elements are CSS selectors, applied with BeautifulSoup because people write and
read them; rules for lines are regular expressions that match whole lines of canonical text.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, get_args

from pipeline.errors import ConfigError
from pipeline.page.blocks import read_blocks
from pipeline.page.search import beginnings
from pipeline.records import DROP_REASONS, DropReason

FIRST_LINES = 40  # of a page, among which one may tell its site
FIELD_NAMES = ("title", "breadcrumb", "updated", "views", "author")
TABLES = {
    "name": str,
    "hosts": list,
    "recognise": list,
    "fields": dict,
    "content": dict,
    "drop": dict,
    "crawl": dict,
}


@dataclass(frozen=True, slots=True)
class FieldRule:
    """Where a field stands: the first element that `selector` finds, or a line that `pattern` matches."""

    selector: str | None
    pattern: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Hints:
    """What a site's rules say of one page, in numbers of its lines.

    `fields` gives the lines of a field; `content` the first line and the end of the content.
    """

    name: str | None = None
    fields: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    content: tuple[int, int] | None = None
    drop: tuple[tuple[DropReason, re.Pattern[str]], ...] = ()
    patterns: Mapping[str, re.Pattern[str]] = field(default_factory=dict)


NO_HINTS = Hints()


@dataclass(frozen=True, slots=True)
class Site:
    """The rules of a site. `crawl` is the crawler's own table, checked by the crawler.

    `begins` are the characters with which a line begins that tells the site; None for nearly any.
    """

    name: str
    hosts: tuple[str, ...] = ()
    recognise: tuple[re.Pattern[str], ...] = ()
    fields: Mapping[str, FieldRule] = field(default_factory=dict)
    content: str | None = None
    drop: tuple[tuple[DropReason, re.Pattern[str]], ...] = ()
    crawl: Mapping[str, Any] = field(default_factory=dict)
    begins: frozenset[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find out how a line begins that tells the site."""
        known = [beginnings(pattern) for pattern in self.recognise]
        every = None if None in known else frozenset().union(*filter(None, known))
        object.__setattr__(self, "begins", every)

    @classmethod
    def parse(cls, text: str, name: str) -> "Site":
        r"""Read the rules of a site from TOML; `name` is the file's, for messages.

        Raises ConfigError that names file, key and what is wrong.

        >>> Site.parse('name = "甲网"\nhosts = ["a.example"]', "a.toml").hosts
        ('a.example',)
        """
        try:
            values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{name} is not valid TOML: {error}") from error
        for key, value in values.items():
            if key not in TABLES:
                raise ConfigError(f"{name}: unknown key {key!r}; known: {', '.join(TABLES)}")
            if not isinstance(value, TABLES[key]):
                raise ConfigError(f"{name}: {key} must be a {TABLES[key].__name__}, found {value!r}")
        if not values.get("name"):
            raise ConfigError(f'{name}: the site\'s name is missing (name = "…")')
        return cls(
            name=values["name"],
            hosts=_strings(values.get("hosts", []), f"{name}: hosts"),
            recognise=tuple(
                _pattern(x, f"{name}: recognise")
                for x in _strings(values.get("recognise", []), f"{name}: recognise")
            ),
            fields={k: _field_rule(k, v, name) for k, v in values.get("fields", {}).items()},
            content=_content(values.get("content", {}), name),
            drop=tuple(_drops(values.get("drop", {}), name)),
            crawl=values.get("crawl", {}),
        )


def _strings(value: list[Any], where: str) -> tuple[str, ...]:
    if not all(isinstance(x, str) for x in value):
        raise ConfigError(f"{where} must be a list of strings, found {value!r}")
    return tuple(value)


def _pattern(text: object, where: str) -> re.Pattern[str]:
    if not isinstance(text, str):
        raise ConfigError(f"{where} must be a regular expression in a string, found {text!r}")
    try:
        return re.compile(text)
    except re.error as error:
        raise ConfigError(f"{where}: {text!r} is no regular expression: {error}") from error


def _selector(text: object, where: str) -> str:
    from soupsieve import SelectorSyntaxError
    from soupsieve import compile as compile_selector

    if not isinstance(text, str):
        raise ConfigError(f"{where} must be a CSS selector in a string, found {text!r}")
    try:
        compile_selector(text)
    except SelectorSyntaxError as error:
        raise ConfigError(f"{where}: {text!r} is no CSS selector: {error}") from error
    return text


def _field_rule(key: str, value: object, name: str) -> FieldRule:
    where = f"{name}: fields.{key}"
    if key not in FIELD_NAMES:
        raise ConfigError(f"{name}: unknown field {key!r}; known: {', '.join(FIELD_NAMES)}")
    if not isinstance(value, dict) or not value or set(value) - {"selector", "pattern"}:
        raise ConfigError(f"{where} must be a table of selector and/or pattern, found {value!r}")
    selector = _selector(value["selector"], f"{where}.selector") if "selector" in value else None
    pattern = _pattern(value["pattern"], f"{where}.pattern") if "pattern" in value else None
    if pattern is not None and pattern.groups != 1:
        raise ConfigError(f"{where}.pattern must have one group, which is the field's value")
    return FieldRule(selector, pattern)


def _content(value: dict[str, Any], name: str) -> str | None:
    if set(value) - {"selector"}:
        raise ConfigError(f"{name}: content knows only `selector`, found {', '.join(sorted(value))}")
    return _selector(value["selector"], f"{name}: content.selector") if value else None


def _drops(value: dict[str, Any], name: str) -> list[tuple[DropReason, re.Pattern[str]]]:
    out: list[tuple[DropReason, re.Pattern[str]]] = []
    for reason, patterns in value.items():
        if reason not in DROP_REASONS or not isinstance(patterns, list):
            raise ConfigError(f"{name}: drop.{reason} must be a list under one of {', '.join(DROP_REASONS)}")
        known = next(r for r in get_args(DropReason) if r == reason)
        out += [(known, _pattern(x, f"{name}: drop.{reason}")) for x in patterns]
    return out


@cache
def shipped_sites() -> tuple[Site, ...]:
    """Return the sites that ship with the program, in order of their files' names.

    >>> [s.name for s in shipped_sites()]
    ['管理者范文网']
    """
    folder = resources.files("pipeline").joinpath("data").joinpath("sites")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return tuple(Site.parse(f.read_text("utf-8"), f.name) for f in files)


def match_site(host: str, lines: Sequence[str], sites: Sequence[Site]) -> Site | None:
    """Return the first site of this host, else the first that knows one of the page's first lines.

    `host` is "" where it is unknown; `lines` are canonical.
    """
    for site in sites:
        if any(host == h or host.endswith("." + h) for h in site.hosts):
            return site
    for site in sites:
        begins = site.begins
        asked = [line for line in lines[:FIRST_LINES] if begins is None or line[:1] in begins]
        if any(pattern.fullmatch(line) for pattern in site.recognise for line in asked):
            return site
    return None


def read_hints(site: Site, html: str | None, lines: Sequence[str]) -> Hints:
    """Apply a site's rules to a page. `html` is None for a plain text; `lines` are the page's visible lines.

    Cost: one BeautifulSoup tree where the site has selectors, some 3 ms for 50 KB.
    """
    selectors = {k: r.selector for k, r in site.fields.items() if r.selector}
    patterns = {k: r.pattern for k, r in site.fields.items() if r.pattern}
    if html is None or not (selectors or site.content):
        return Hints(site.name, {}, None, site.drop, patterns)
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html, "lxml")
    found: dict[str, tuple[int, ...]] = {}
    for key, selector in selectors.items():
        element = soup.select_one(selector)
        span = _place(str(element), lines) if element is not None else None
        if span:
            found[key] = tuple(range(*span))
    content = soup.select_one(site.content) if site.content else None
    return Hints(
        site.name, found, _place(str(content), lines) if content is not None else None, site.drop, patterns
    )


def _place(html: str, lines: Sequence[str]) -> tuple[int, int] | None:
    """Return where the lines of an element stand among those of its page."""
    own = read_blocks(html if html.startswith("<div") else f"<div>{html}</div>").lines
    for at in range(len(lines) - len(own) + 1):
        if own and lines[at] == own[0] and list(lines[at : at + len(own)]) == own:
            return at, at + len(own)
    return None
