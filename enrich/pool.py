"""The chain of steps over many documents: in this process for a few, on every core for many. Steps are pure, so it is only a map."""

import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import cpu_count, get_context, parent_process
from multiprocessing.connection import wait

from core import garbage
from core.document import Annotation, Document
from core.errors import UnavailableError
from core.settings import Settings
from enrich.limit import SECONDS
from enrich.steps import Chain, build
from enrich.translate import NAME as TRANSLATE
from enrich.translate import is_real

Known = Mapping[str, Annotation]
Task = tuple[Document, Known]


@dataclass(frozen=True, slots=True)
class Enriched:
    """What the chain says of one document: the new annotations, and the steps that failed with their error.

    `too_long`: it took all the time a document has, and would again. `translated_first`: this is the first translation of
    this version.
    """

    document: Document
    annotations: tuple[Annotation, ...]
    errors: Mapping[str, str]
    translated_first: bool = False
    too_long: bool = False

    @property
    def reason(self) -> str:
        """The failed steps with their errors, in one line."""
        return "; ".join(f"{step}: {error}" for step, error in self.errors.items())


def enriched(
    settings: Settings, batches: Iterable[Sequence[Task]], *, parallel: bool, seconds: float = SECONDS
) -> Iterator[list[Enriched]]:
    """Each batch in turn, in order. With `parallel`, a few batches are under way on other cores meanwhile.

    Each document has `seconds` of computing time. Raises UnavailableError where a worker process is killed.
    """
    if not parallel:
        chain: Chain | None = None
        for batch in batches:
            chain = chain or build(settings)
            yield _run(chain, batch, seconds)
        return
    try:
        yield from _in_parallel(settings, batches, seconds)
    except BrokenProcessPool as error:
        raise UnavailableError(
            "A worker process of the enrichment was killed, perhaps for want of memory.",
            "What it held waits again: run `pututu enrich`.",
        ) from error


def _in_parallel(settings: Settings, batches: Iterable[Sequence[Task]], seconds: float) -> Iterator[list[Enriched]]:
    workers = max(1, cpu_count())
    with ProcessPoolExecutor(workers, get_context("spawn"), _start, (settings,)) as pool:
        under_way: deque[Future[list[Enriched]]] = deque()
        try:
            for batch in batches:
                under_way.append(pool.submit(_run_here, batch, seconds))
                if len(under_way) > workers + 1:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()


_chain: Chain | None = None  # of a worker process, made once at its start


def _start(settings: Settings) -> None:
    global _chain
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _chain = build(settings, workers=1)  # every core has a process of its own
    garbage.freeze(garbage.RARELY)


def _end_with_parent() -> None:
    """The library's workers hold each other's pipes open, so that they outlive a parent that is killed; ours do not."""
    parent = parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


def _run_here(batch: Sequence[Task], seconds: float) -> list[Enriched]:
    assert _chain is not None
    return _run(_chain, batch, seconds)


def _run(chain: Chain, batch: Sequence[Task], seconds: float) -> list[Enriched]:
    results = []
    for (document, known), outcome in zip(batch, chain.run_many(batch, seconds), strict=True):
        found, errors, too_long = outcome
        translated = any(a.step == TRANSLATE and is_real(a.payload.get("translation")) for a in found)
        before = known.get(TRANSLATE)
        first = translated and not (before and is_real(before.payload.get("translation")))
        results.append(Enriched(document, tuple(found), errors, first, too_long))
    return results
