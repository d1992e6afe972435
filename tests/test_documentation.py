"""Documentation that is held by tests: every command, setting and route appears in it, and its examples parse."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli import COMMANDS, root
from core.settings import TABLE, Settings
from search.query import parse

ROOT = Path(__file__).resolve().parents[1]
DOCS = "\n".join(path.read_text("utf-8") for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))])


def commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(root)
    for name in COMMANDS:
        command = root.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {sub}", child) for sub, child in command.commands.items())


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_a_command_has_examples_and_stands_in_the_docs(name: str, command: click.Command) -> None:
    assert command.help and "Examples:" in command.help, f"pututu {name} --help shows no example"
    assert f"pututu {name}" in DOCS, f"pututu {name} is nowhere in the docs"


@pytest.mark.parametrize("setting", TABLE, ids=lambda setting: setting.name)
def test_a_setting_stands_in_the_readme(setting: object) -> None:
    assert getattr(setting, "name") in (ROOT / "README.md").read_text("utf-8")  # noqa: B009


def test_every_route_stands_in_the_docs(settings: Settings) -> None:
    from web.app import create
    from web.desk import Desk

    app = create(Desk(settings, None))  # type: ignore[arg-type]
    paths = {re.sub(r"\{[^}]*\}", "", getattr(route, "path", "")) for route in app.routes}
    page = (ROOT / "docs/api.md").read_text("utf-8")
    assert {path for path in paths if path and path.rstrip("/.") not in page} == set()


EXAMPLES = re.findall(r"```query\n(.*?)```", (ROOT / "docs/query-language.md").read_text("utf-8"), re.S)


@pytest.mark.parametrize("query", [line for block in EXAMPLES for line in block.splitlines() if line])
def test_an_example_of_the_query_language_parses(query: str) -> None:
    tree = parse(query)
    assert parse(str(tree)) == tree


def test_links_between_the_docs_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
