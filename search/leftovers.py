"""What lies beside the index in force, and what can be done with it: a rebuild under way or killed, and the index that the last
one replaced. The same words for both engines, and true of other versions too, since an update is when they are read."""

from collections.abc import Mapping
from typing import Any

from core.errors import StoreError
from search.backend import Trouble

DROP = "`pututu reindex --drop-old` removes it"
KEPT = f"{DROP}, `pututu reindex --back` puts it in force again."
UNFINISHED = f"`pututu reindex` goes on with it, {DROP}."
FOREIGN = f"{DROP}; only the version that made it puts it in force again."
OTHER_VERSION = "The version that made it puts it in force again; `pututu reindex` builds one of this version."
USELESS = f"`pututu reindex` removes it and begins anew, {DROP}."
UNDER_WAY = "Leave it: it takes the place of the index in force once it is whole."


def check_version(kept: Mapping[str, Any], version: str) -> None:
    """Raises StoreError where the index that is `kept` is not of this release's `version`: it cannot be put in force again."""
    if kept.get("version") != version:
        raise StoreError(
            f"The index that is kept was made by another version ({kept.get('version')}, now {version}).", OTHER_VERSION
        )


def leftover(known: Mapping[str, Any], where: str, version: str, builder: str | None) -> Trouble:
    """One that is not in force: what is `known` of it, and `version` that of this release. `builder` is who rebuilds now, `process N`."""
    ours = known.get("version") == version
    if known.get("left"):
        if ours:
            return Trouble("note", f"the index before the last rebuild is kept ({where})", KEPT)
        return Trouble("note", f"an index of another version is kept ({where})", FOREIGN)
    if not (ours and known.get("building")):
        return Trouble("note", f"what another version or a crash left lies beside the index ({where})", USELESS)
    if builder:
        return Trouble("note", f"a rebuild is under way ({where}), by {builder}", UNDER_WAY)
    return Trouble("note", f"a rebuild was not finished ({where})", UNFINISHED)
