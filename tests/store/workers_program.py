"""Run by the tests in a process of its own: claims work in batches and says which, then does what it is told."""

import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from core.settings import Settings
from store import frontier, work
from store.database import Store


def main(home: str, url: str, task: str) -> None:
    """`hang`: claim everything and wait to be killed. `take`: claim all there is in small batches and print it."""
    settings = replace(Settings.load({"PUTUTU_HOME": home}), store=url, home=Path(home))
    store = Store.open(settings)
    now = datetime.now(UTC)
    if task == "hang":
        with store.write() as tx:
            print(
                len(work.claim(tx, "enrich", store.worker, 1000, now)),
                len(frontier.claim(tx, None, store.worker, 1000, now)),
                flush=True,
            )
        time.sleep(60)
    print("ready", flush=True)
    sys.stdin.readline()
    while True:
        with store.write() as tx:
            batch = work.claim(tx, "enrich", store.worker, 7, now)
        if not batch:
            return
        print(*(one.document for one in batch), flush=True)
        with store.write() as tx:
            assert len(work.done_many(tx, batch, store.worker, now)) == len(batch)


if __name__ == "__main__":
    main(*sys.argv[1:])
