"""A person's merges and splits of stories: kept, followed by old ids, undone, and out of reach of every re-run."""

import pytest
from sqlalchemy import select

from core.errors import InputError
from store import documents, joining, schema, stories, story_decisions
from store.schema import work


@pytest.fixture
def three(store, make, now):
    """Three documents of three stories."""
    given = [make(f"n{n}", title=title) for n, title in enumerate(("uno", "dos", "tres"))]
    join(store, given, now)
    return given


def join(store, given, now, similar=lambda a, b, rarity: 0.0):
    with store.write() as tx:
        documents.save_many(tx, given, now=now)
        payload = {"keys": [7], "terms": []}
        return joining.join_many(tx, [(one, payload) for one in given], now, similar=similar)


def stories_of(store, given):
    with store.read() as tx:
        told = stories.of(tx, [one.id for one in given])
    return [told[one.id].id for one in given]


def test_a_merge_keeps_one_id_and_the_other_leads_to_it(store, three, now):
    a, b, c = ("s" + one.id for one in three)
    with store.write() as tx:
        assert story_decisions.merge(tx, a, [b, c], "ana", now) == a
    assert stories_of(store, three) == [a, a, a]
    with store.read() as tx:
        assert stories.get(tx, c) == stories.get(tx, a)
        assert (stories.get(tx, a).size, stories.count(tx)) == (3, 1)
        assert [(one.kind, one.other, one.documents) for one in story_decisions.decisions(tx)] == [
            ("merge", c, (three[2].id,)), ("merge", b, (three[1].id,))
        ]  # fmt: skip
        queued = tx.execute(select(work.c.document).where(work.c.kind == "index", work.c.cause == "correction"))
        assert set(queued.scalars()) == {three[1].id, three[2].id}


def test_what_was_decided_survives_joining_again_and_takes_in_what_comes_later(store, three, make, now):
    a, b, _ = ("s" + one.id for one in three)
    with store.write() as tx:
        story_decisions.merge(tx, a, [b], "ana", now)
    assert join(store, three, now)[three[1].id] == a
    new = make("later", title="dos")
    assert join(store, [new], now, similar=lambda x, y, _: 5.0 if y.title == "dos" else -1.0)[new.id] == a


def test_a_split_has_an_id_of_its_own_even_for_the_one_that_opened_the_story(store, three, now):
    a, b, c = ("s" + one.id for one in three)
    with store.write() as tx:
        story_decisions.merge(tx, a, [b, c], "ana", now)
        part = story_decisions.split(tx, c, [three[0].id, three[1].url], "ana", now)
    assert part == f"{a}-2"
    assert stories_of(store, three) == [part, part, a]
    with store.read() as tx:
        assert (stories.get(tx, part).size, stories.get(tx, a).size) == (2, 1)


def test_undo_brings_back_what_was(store, three, now):
    a, b, c = ("s" + one.id for one in three)
    with store.write() as tx:
        story_decisions.merge(tx, a, [b, c], "ana", now)
        part = story_decisions.split(tx, a, [three[2].id], "ana", now)
        numbers = [one.id for one in story_decisions.decisions(tx)]
        story_decisions.undo(tx, numbers[0], now)
        assert stories.get(tx, part).id == a
        story_decisions.undo(tx, numbers[1], now)
        story_decisions.undo(tx, numbers[2], now)
        with pytest.raises(InputError, match="No decision"):
            story_decisions.undo(tx, numbers[2], now)
    assert stories_of(store, three) == [a, b, c]
    with store.read() as tx:
        assert [stories.get(tx, one).size for one in (a, b, c)] == [1, 1, 1]
        assert stories.get(tx, part) is not None


def test_what_does_not_fit_is_refused_and_changes_nothing(store, three, now):
    a, b, _ = ("s" + one.id for one in three)
    for act in (
        lambda tx: story_decisions.merge(tx, a, [a], "ana", now),
        lambda tx: story_decisions.merge(tx, a, ["nowhere"], "ana", now),
        lambda tx: story_decisions.split(tx, a, [three[1].id], "ana", now),
        lambda tx: story_decisions.split(tx, a, [three[0].id], "ana", now),
        lambda tx: story_decisions.split(tx, a, [], "ana", now),
        lambda tx: story_decisions.undo(tx, 99, now),
    ):
        with pytest.raises(InputError), store.write() as tx:
            act(tx)
    with store.read() as tx:
        assert tx.execute(select(schema.story_decisions)).all() == []
        assert stories.get(tx, b).size == 1
