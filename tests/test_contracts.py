"""The directions that the import contracts cannot hold, since they are about single modules: scheduler.py and pipeline.py."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("core", "store", "crawler", "enrich", "search", "alerts", "web", "demo", "proof", "cli")
ALONE = [ROOT / name for name in ("pipeline.py", "catchup.py", "reindexing.py", "scheduler.py")]


def imported(path: Path) -> set[str]:
    """The top-level names that a file imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def files(*rooms: str) -> list[Path]:
    found = [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    assert found
    return found


@pytest.mark.parametrize("name", ["cli", "scheduler"])
def test_only_the_command_line_opens_the_doors(name: str) -> None:
    others = [
        *files(*(room for room in ROOMS if room != "cli")),
        ROOT / "pipeline.py",
        ROOT / "catchup.py",
        ROOT / "reindexing.py",
    ]
    assert [str(path.relative_to(ROOT)) for path in others if name in imported(path)] == []


def test_the_rooms_below_do_not_know_the_pipeline() -> None:
    below = files("core", "store", "crawler", "enrich", "search", "alerts")
    assert [
        str(path.relative_to(ROOT)) for path in below if {"pipeline", "catchup", "reindexing"} & imported(path)
    ] == []


@pytest.mark.parametrize(
    ("engine", "homes"),
    [
        ("apscheduler", {"scheduler.py"}),
        ("scrapy", {"crawler/spiders.py", "crawler/politeness.py", "crawler/run.py", "crawler/responses.py"}),
        ("twisted", {"crawler/spiders.py", "crawler/politeness.py", "crawler/run.py"}),
        ("ctranslate2", {"enrich/engines/ctranslate.py", "enrich/engines/converting.py"}),
        ("sentencepiece", {"enrich/engines/ctranslate.py"}),
        ("transformers", {"enrich/engines/huggingface.py", "enrich/recognisers.py"}),
        ("torch", {"enrich/engines/huggingface.py", "enrich/engines/converting.py"}),
        ("spacy", {"enrich/recognisers.py"}),
    ],
)
def test_an_engine_stays_behind_its_file(engine: str, homes: set[str]) -> None:
    everything = [*files(*ROOMS), *ALONE]
    users = {str(path.relative_to(ROOT)) for path in everything if engine in imported(path)}
    assert users <= homes


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in [*files(*ROOMS), *ALONE]
        if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []
