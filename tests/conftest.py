"""Fixtures that every room shares: a home of its own for each test, an empty store on each database, the folder of real data.

A store is on SQLite always, and on PostgreSQL too when TEST_POSTGRESQL_URL names a database from which others can be made.
"""

import dataclasses
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa

from core.settings import Settings
from store.database import Store

POSTGRESQL = os.environ.get("TEST_POSTGRESQL_URL", "")
DATABASES = ["sqlite", "postgresql"] if POSTGRESQL else ["sqlite"]
SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the checkout; the test skips where it is missing."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the folder of real data (../shared/data) is not beside this checkout")
    return SHARED / "data"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a home of this test's own, loopback allowed, nothing translated unless the test says so."""
    loaded = Settings.load({"PUTUTU_HOME": str(tmp_path / "home"), "PUTUTU_ALLOW_PRIVATE": "127.0.0.0/8"})
    return dataclasses.replace(loaded, translate="none")


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


@pytest.fixture
def server_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty store on the server; the test skips where there is none."""
    if not POSTGRESQL:
        pytest.skip("TEST_POSTGRESQL_URL is not set")
    name = "pututu_" + uuid.uuid4().hex[:12]
    _run(f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('server_template')}")
    yield _url_of(name)
    _run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=DATABASES)
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty store on a server, `""` for SQLite in the home: the test runs once on each."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue("server_url"))


@pytest.fixture(params=DATABASES)
def bare_settings(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Settings]:
    """Settings of a store that nobody has opened yet, without a table in it, on each database."""
    if request.param == "sqlite":
        settings.home.mkdir()
        yield settings
        return
    name = "pututu_" + uuid.uuid4().hex[:12]
    _run(f"CREATE DATABASE {name}")
    yield dataclasses.replace(settings, store=_url_of(name))
    _run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def store_settings(request: pytest.FixtureRequest, settings: Settings, store_url: str) -> Settings:
    """Settings of a store that is empty, on each database."""
    if store_url:
        return dataclasses.replace(settings, store=store_url)
    settings.home.mkdir()
    shutil.copy(request.getfixturevalue("template"), settings.home)
    return settings


@pytest.fixture
def store(store_settings: Settings) -> Iterator[Store]:
    """An empty store."""
    with Store.open(store_settings) as opened:
        yield opened
