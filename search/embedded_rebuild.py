"""A tantivy index built beside the one in force: in a generation of its own, with a lock of its own."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from core.errors import StoreError
from core.record import Record
from search import embedded_generations as generations
from search.analysed import Analysed
from search.backend import Trouble
from search.embedded_generations import Generation
from search.embedded_writer import Writer
from search.fields import VERSION
from search.leftovers import check_version, leftover
from search.lock import Lock
from search.rebuild import LAST

PATIENCE = 600.0  # seconds that the swap waits for an index stage under way


class EmbeddedBeside:
    """See `rebuild.Beside`. One rebuild at a time; index work goes on in the old generation until `alone`."""

    def __init__(self, folder: Path, now: datetime, *, back: bool = False) -> None:
        self.folder, self._now = folder, now
        self._rebuilding = _rebuilding(folder)
        self._rebuilding.take(0)
        try:
            path, self.began, self.after = _kept(folder) if back else _unfinished(folder, now)
            self._generation = Generation.open(path)
            self._writer = Writer(self._generation)
        except BaseException:
            self._rebuilding.free()
            raise

    def index(self, records: Iterable[Record]) -> dict[str, str]:
        """Take records in; returns those that were refused."""
        errors: dict[str, str] = {}
        for record in records:
            if error := self._writer.put(Analysed.of(record)):
                errors[record.id] = error
        return errors

    def delete(self, ids: Iterable[str]) -> None:
        """Forget documents; unknown ids are no error."""
        for name in ids:
            self._writer.delete(name)

    def reached(self, id: str) -> None:
        """Commit, and note it beside the data."""
        self._writer.commit()
        generations.note(self._generation.path, after=id)

    def count(self) -> int:
        """Commit, and count."""
        self._writer.commit()
        self._generation.reload()
        return int(self._generation.index.searcher().num_docs)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Hold the lock of the writers: an index stage under way ends first, the next waits."""
        writing = Lock(self.folder / "writer.lock", "The index")
        writing.take(PATIENCE)
        try:
            yield True
        finally:
            writing.free()

    def put_in_force(self) -> str | None:
        """Swap `current`. The generation it named is kept; what else lies there is removed."""
        self._writer.commit()
        self._writer.close()
        path, old = self._generation.path, _there(generations.in_force(self.folder))
        generations.note(path, building=None, after=None, left=None)
        if old is not None:
            generations.note(old, left=self._now.isoformat())
        generations.put_in_force(self.folder, path)
        for other in generations.others(self.folder):
            if other != old:
                generations.drop(other)
        return old.name if old else None

    def abandon(self) -> None:
        """Remove the generation."""
        self._writer.close()
        generations.drop(self._generation.path)

    def close(self) -> None:
        """Give the locks back; what is unfinished stays."""
        self._writer.close()
        self._rebuilding.free()


def drop_kept(folder: Path) -> list[str]:
    """Remove the generations that are not in force; their names. A rebuild under way is told."""
    lock = _rebuilding(folder)
    gone = list(generations.others(folder))
    if gone:
        lock.take(0)
        try:
            for path in gone:
                generations.drop(path)
        finally:
            lock.free()
    return [path.name for path in gone]


def left_beside(folder: Path) -> list[Trouble]:
    """What lies beside the generation in force, which need not be one that can be opened."""
    builder = _rebuilding(folder).holder()
    return [
        leftover(known, f"{generations.size(path) / 2**20:.0f} MB", VERSION, builder)
        for path, known in generations.others(folder).items()
    ]


def _rebuilding(folder: Path) -> Lock:
    return Lock(folder / "rebuild.lock", "The index", held="is being built anew by")


def _unfinished(folder: Path, now: datetime) -> tuple[Path, datetime, str]:
    """The generation that a killed rebuild left, if it is ours to go on with; else a new one. What is of no use is removed."""
    found: tuple[Path, datetime, str] | None = None
    keep = generations.kept(folder)
    for path, known in generations.others(folder).items():
        if found is None and known.get("building") and known.get("version") == VERSION and _opens(path):
            found = path, datetime.fromisoformat(known["began"]), str(known.get("after", ""))
        elif path != keep:  # one kept before it too: a kill between a swap and its clearing away left that
            generations.drop(path)
    if found:
        return found
    return generations.create(folder, building=True, began=now.isoformat()).path, now, ""


def _there(path: Path | None) -> Path | None:
    return path if path is not None and path.is_dir() else None


def _opens(path: Path) -> bool:
    try:
        Generation.open(path)
    except StoreError:
        return False
    return True


def _kept(folder: Path) -> tuple[Path, datetime, str]:
    path = generations.kept(folder)
    if path is None:
        raise StoreError("No earlier index is kept.", "`pututu reindex` builds one from the store.")
    known = generations.meta(path)
    check_version(known, VERSION)
    return path, datetime.fromisoformat(known["left"]), LAST
