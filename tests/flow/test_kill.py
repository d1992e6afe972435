"""kill -9 at every point of the flow: nothing that a feed has shown is lost, nothing is doubled, no document is mailed twice."""

from collections import Counter
from typing import Any

import pytest

# Where the process dies: a function as its caller sees it, before or after it, at its n-th call.
POINTS = [
    ("crawler.run:_receipt", "before"),
    ("crawler.extraction:documents.save_many", "before"),
    ("crawler.extraction:documents.save_many", "after"),
    ("pipeline:work.claim", "after"),
    ("pipeline:annotations.put_many", "after"),
    ("pipeline:joining.join_many", "after"),
    ("pipeline:_queue_after", "after"),
    ("pipeline:_keep", "after"),
    ("search.embedded:EmbeddedBackend.index", "after"),
    ("search.embedded:EmbeddedBackend.flush", "after"),
    ("pipeline:work.done_many", "before"),
    ("alerts.matching:kept.add_hits", "before"),
    ("alerts.matching:kept.add_hits", "after"),
    ("alerts.outbox:deliveries.prepare", "after"),
    ("alerts.channels.mail:MailChannel.send", "before"),
    ("alerts.channels.mail:MailChannel.send", "after"),
    ("alerts.outbox:deliveries.record_sent", "after"),
]
SAMPLE = [POINTS[index] for index in (1, 4, 9, 12, 13, 15)]


def undisturbed(flow: Any) -> None:
    """What holds after any number of kills and one run to the end."""
    assert flow.run()["failed"] == []
    urls = flow.documents()
    assert len(urls) == len(set(urls)) >= 20
    assert set(flow.states("frontier")) <= {("extracted",), ("parked",)}
    work = flow.states("work")
    assert work == {("enrich", "done"): len(urls), ("index", "done"): len(urls), ("match", "done"): len(urls)}
    assert set(flow.told().values()) == {1} and len(flow.told()) == len(urls)
    assert flow.states("deliveries").keys() == {("sent",)}
    found = flow.command("search", "source:faro", "--count")
    assert int(found.stdout) == len(urls), found.stderr


def name(point: tuple[str, str]) -> str:
    return f"{point[1]}-{point[0].rpartition(':')[2]}"


@pytest.mark.parametrize("point", SAMPLE, ids=name)
def test_a_kill_loses_and_doubles_nothing(flow: Any, point: tuple[str, str]) -> None:
    assert flow.killed(*point, 1) == -9, "the point was not reached: the name is out of date"
    undisturbed(flow)


@pytest.mark.long
@pytest.mark.parametrize("number", range(1, 26))
@pytest.mark.parametrize("point", POINTS, ids=name)
def test_a_kill_at_every_point(flow: Any, point: tuple[str, str], number: int) -> None:
    code = flow.killed(*point, number % 5 + 1)
    assert code in (-9, 0)
    undisturbed(flow)


def test_the_mail_server_dies_after_accepting(flow: Any) -> None:
    """At least once, and then under the same Message-ID: what the documentation says of this one moment."""
    assert flow.killed("alerts.channels.mail:MailChannel.send", "after", 1) == -9
    assert flow.run()["failed"] == []
    letters = flow.letters()
    assert Counter(letter["Message-ID"] for letter in letters) == {letters[0]["Message-ID"]: 2}
