"""The step that keeps what masking hides, as keyed hashes only: by them those allowed find a number (`pututu hidden`)."""

from collections.abc import Callable

from core.document import Payload
from core.hidden import Digests
from core.record import HIDDEN
from enrich.reading import Reading

VERSION = "2"


def step(digests: Digests) -> Callable[[Reading], Payload]:
    """`hidden {digest: kind}` of all that is masked in title, summary, text and bylines. It is printed nowhere."""

    def run(reading: Reading) -> Payload:
        document = reading.document
        bylines = () if document.kind == "post" else document.author  # a handle may look like an address
        return {HIDDEN: digests.kept((document.title, document.summary, document.text, *bylines))}

    return run
