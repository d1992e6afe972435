"""An open store for each test: on SQLite always, on PostgreSQL too when TEST_POSTGRESQL_URL names an empty database."""

import dataclasses
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import sqlalchemy as sa

from core.document import Document, document_id
from core.settings import Settings
from core.urls import alias
from store.database import Store

NOW = datetime(2025, 3, 10, 12, 0, tzinfo=UTC)
POSTGRESQL = os.environ.get("TEST_POSTGRESQL_URL", "")
DATABASES = ["sqlite", "postgresql"] if POSTGRESQL else ["sqlite"]


def _admin(url: str = POSTGRESQL) -> sa.Engine:
    return sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")


def _run(*statements: str) -> None:
    admin = _admin()
    with admin.connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    admin.dispose()


def _url_of(database: str) -> str:
    return sa.make_url(POSTGRESQL).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store's file, made once: each test copies it, which is quicker than migrating."""
    home = tmp_path_factory.mktemp("template")
    Store.open(Settings.load({"PUTUTU_HOME": str(home)})).close()
    return home / "pututu.sqlite"


@pytest.fixture(scope="session")
def server_template() -> Iterator[str]:
    """The name of an empty store's database on the server."""
    name = "pututu_template_" + uuid.uuid4().hex[:8]
    _run(f"CREATE DATABASE {name}")
    settings = Settings.load({"PUTUTU_HOME": "/nonexistent", "PUTUTU_STORE": _url_of(name)})
    with TemporaryDirectory() as home:
        Store.open(dataclasses.replace(settings, home=Path(home))).close()
    yield name
    _run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=DATABASES)
def store_settings(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Settings]:
    """Settings of a store that is empty, on each database."""
    if request.param == "sqlite":
        settings.home.mkdir()
        shutil.copy(request.getfixturevalue("template"), settings.home)
        yield settings
        return
    name = "pututu_" + uuid.uuid4().hex[:12]
    _run(f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('server_template')}")
    yield dataclasses.replace(settings, store=_url_of(name))
    _run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def store(store_settings: Settings) -> Iterator[Store]:
    """An empty store."""
    with Store.open(store_settings) as opened:
        yield opened


@pytest.fixture
def now() -> datetime:
    """A Monday noon."""
    return NOW


@pytest.fixture
def later() -> Callable[[float], datetime]:
    """So many minutes after `now`."""
    return lambda minutes: NOW + timedelta(minutes=minutes)


@pytest.fixture
def make() -> Callable[..., Document]:
    """A document of our own press by its path; every field can be given."""

    def document(path: str = "nota-1", **fields: Any) -> Document:
        url = fields.pop("url", f"https://elchasqui.example/{path}")
        name = alias(url) if "://" in url else "url:" + url
        given = {
            "title": "Chóferes de Villa Lumbre anuncian paro",
            "source": "chasqui",
            "fetched": NOW,
            "aliases": (name,),
        }
        return Document(**{"id": document_id(name), "url": url, **given, **fields})

    return document
