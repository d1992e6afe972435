"""A chain without translation, built once, and short ways to ask it."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.document import Document
from core.settings import Settings
from enrich.steps import Chain, build

Tagger = Callable[..., dict[str, Any]]


def a_document(title: str = "", text: str = "", **values: Any) -> Document:
    """A document of our own making."""
    values = {
        "id": "d1",
        "url": "https://diario.example/n/1",
        "source": "diario",
        "fetched": datetime(2025, 8, 20, 15, tzinfo=UTC),
    } | values
    return Document(title=title, text=text, **values)


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    home: Path = tmp_path_factory.mktemp("home")
    return build(dataclasses.replace(Settings.load({"PUTUTU_HOME": str(home)}), translate="none"))


@pytest.fixture(scope="session")
def tag(chain: Chain) -> Tagger:
    """`tag("title", "text")` -> everything the steps say, one dict; a step that fails fails the test."""

    def run(title: str = "", text: str = "", **values: Any) -> dict[str, Any]:
        annotations, errors, _ = chain.run(a_document(title, text, **values))
        assert errors == {}
        said: dict[str, Any] = {}
        for annotation in annotations:
            said |= annotation.payload
        return said

    return run


@pytest.fixture(scope="session")
def document() -> Callable[..., Document]:
    return a_document
