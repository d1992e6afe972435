"""The catalog of sources: the bundled files and those of the operator's own folder, each one Python file named by its slug."""

import difflib
import traceback
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from core.errors import InputError
from crawler.source import SLUG, Source

BUNDLED = Path(__file__).parent / "sources"
SHAPE = "Write `from crawler.source import Source` and `SOURCE = Source(name=..., home=..., feeds=(...,))`; `pututu sources new URL` drafts one."


def load(sources_dir: Path | None = None) -> dict[str, Source]:
    """Every source by slug. A file in `sources_dir` (executed: the operator wrote it) replaces a bundled one of that name.

    Raises InputError naming file and line when a file is broken, so that no source goes missing unseen.
    """
    found = {path.stem: path for path in _files(BUNDLED)}
    if sources_dir is not None:
        if not sources_dir.is_dir():
            raise InputError(f"PUTUTU_SOURCES_DIR: {sources_dir} is no folder.", "Make it, or unset the variable.")
        found |= {path.stem: path for path in _files(sources_dir)}
    return {slug: read(path) for slug, path in sorted(found.items())}


def own(sources_dir: Path | None) -> frozenset[str]:
    """The slugs that the operator's own folder defines (those of a bundled source it replaces among them)."""
    return frozenset(path.stem for path in _files(sources_dir)) if sources_dir is not None else frozenset()


def find(catalogue: Mapping[str, Source], slug: str) -> Source:
    """A source by its slug. Raises InputError with the nearest known one."""
    if slug in catalogue:
        return catalogue[slug]
    near = difflib.get_close_matches(slug, catalogue, n=1)
    raise InputError(
        f"There is no source {slug!r}.",
        f"Did you mean {near[0]}?" if near else "`pututu sources list` lists the known ones.",
    )


def read(path: Path) -> Source:
    """The source that one file defines. Raises InputError naming file and line."""
    if not SLUG.fullmatch(path.stem):
        raise InputError(
            f"{path}: the name of a source file is its slug: small letters, digits and _, at most 40.",
            "Rename it, e.g. la_bahia.py.",
        )
    try:
        code = compile(path.read_bytes(), str(path), "exec")
    except (SyntaxError, ValueError) as error:
        raise InputError(
            f"{path}, line {getattr(error, 'lineno', None) or 1}: {error}.", "Mend the Python of this line."
        ) from error
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error}).", "Check its permissions.") from error
    names: dict[str, object] = {"__name__": f"pututu_source_{path.stem}", "__file__": str(path)}
    try:
        exec(code, names)
    except (Exception, SystemExit) as error:
        raise InputError(f"{path}, line {_line(error, path)}: {type(error).__name__}: {error}.", SHAPE) from error
    source = names.get("SOURCE")
    if not isinstance(source, Source):
        raise InputError(f"{path}, line 1: defines no SOURCE.", SHAPE)
    if source.slug not in ("", path.stem):
        raise InputError(
            f"{path}: SOURCE has the slug {source.slug!r}.", f"Leave the slug out: the file's name gives {path.stem!r}."
        )
    return replace(source, slug=path.stem)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.py") if not path.stem.startswith(("_", ".")))


def _line(error: BaseException, path: Path) -> int:
    """The last line of this file that the error passed through."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return (lines or [1])[-1] or 1
