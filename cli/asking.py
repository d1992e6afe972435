"""The options that every question takes: days in Lima, and the filters beside the query."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click

from cli.desk import day
from core.document import KINDS, SECTORS, TOPICS
from search.filters import NAMES, filters
from search.nodes import Node, both
from search.query import parse

Function = TypeVar("Function", bound=Callable[..., Any])
FILTERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("topic", "One of the mission's three topics.", TOPICS),
    ("subtype", "A kind of the topic, e.g. cupos, bloqueo.", ()),
    ("sector", "Victims or actors, e.g. public_transport.", SECTORS),
    ("place", "Department, province or district.", ()),
    ("source", "A source's slug.", ()),
    ("language", "es, en, pt, qu ...", ()),
    ("kind", "news, official, norm, bill or post.", KINDS),
)


def range_options(function: Function) -> Function:
    """`--from` and `--to`: inclusive days in Lima."""
    function = click.option("--to", metavar="DAY", help="Last day in Lima, inclusive: 2026-11-20.")(function)
    return click.option("--from", "from_", metavar="DAY", help="First day in Lima, inclusive: 2026-11-01.")(function)


def filter_options(function: Function) -> Function:
    """The filters and the days; a filter given several times takes any of its values."""
    for name, help, choices in reversed(FILTERS):
        kind = click.Choice(choices) if choices else click.STRING
        option = click.option(f"--{name}", multiple=True, type=kind, metavar=name.upper(), help=help)
        function = option(function)
    return range_options(function)


def days(options: dict[str, Any]) -> tuple[date | None, date | None]:
    """The days of the options, taken out of them. The wrong way round they are wrong options."""
    start, end = day(options.pop("from_")), day(options.pop("to"))
    if start and end and start > end:
        raise click.UsageError(f"--from {start} is after --to {end}. Exchange them.")
    return start, end


def narrowing(options: dict[str, Any]) -> Node:
    """The filters of the options, taken out of them, as a tree."""
    return filters(**{name: options.pop(name) for name in NAMES if name in options})


def asked(query: str, options: dict[str, Any]) -> Node:
    """The tree of a query with the filters and days named beside it."""
    start, end = days(options)
    return both(parse(query), narrowing(options), filters(start=start, end=end))
