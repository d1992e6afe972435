"""The chain of steps over many documents: in this process for a few, on every core for many. Steps are pure, so it is only a map."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import cpu_count, get_context

from core.document import Annotation, Document
from core.settings import Settings
from enrich.steps import Chain, build

TRANSLATE = "translate"
Known = Mapping[str, Annotation]
Task = tuple[Document, Known]


@dataclass(frozen=True, slots=True)
class Enriched:
    """What the chain says of one document: the new annotations, and the steps that failed with their error.

    `translated_first`: this is the first translation of this version.
    """

    document: Document
    annotations: tuple[Annotation, ...]
    errors: Mapping[str, str]
    translated_first: bool = False

    @property
    def reason(self) -> str:
        """The failed steps with their errors, in one line."""
        return "; ".join(f"{step}: {error}" for step, error in self.errors.items())


def enriched(settings: Settings, batches: Iterable[Sequence[Task]], *, parallel: bool) -> Iterator[list[Enriched]]:
    """Each batch in turn, in order. With `parallel`, a few batches are under way on other cores meanwhile."""
    if not parallel:
        chain = build(settings)
        yield from (_run(chain, batch) for batch in batches)
        return
    workers = max(1, cpu_count())
    with ProcessPoolExecutor(workers, get_context("spawn"), _start, (settings,)) as pool:
        under_way: deque[Future[list[Enriched]]] = deque()
        try:
            for batch in batches:
                under_way.append(pool.submit(_run_here, batch))
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
    _chain = build(settings)


def _run_here(batch: Sequence[Task]) -> list[Enriched]:
    assert _chain is not None
    return _run(_chain, batch)


def _run(chain: Chain, batch: Sequence[Task]) -> list[Enriched]:
    results = []
    for document, known in batch:
        found, errors = chain.run(document, known)
        translated = any(a.step == TRANSLATE and a.payload.get("translation") for a in found)
        before = known.get(TRANSLATE)
        first = translated and not (before and before.payload.get("translation"))
        results.append(Enriched(document, tuple(found), errors, first))
    return results
