"""Stories: near neighbours in keys and days, verified on their texts; deterministic, and the same in bulk and singly."""

import time
from datetime import timedelta

from store import documents, joining, stories


def similar(a, b, rarity=None):
    one, two = set(a.title.split()), set(b.title.split())
    score = len(one & two) / len(one | two)
    return score if score >= 0.5 else 0.0


def keys(document):
    return {"signature": {"keys": [hash_(word) for word in document.title.split()], "kind": "headline"}}


def hash_(word):
    return int.from_bytes(word.encode()[:8].ljust(8, b"\xff"), "big")


def join(store, given, now, **kw):
    with store.write() as tx:
        documents.save_many(tx, given, now=now)
        return joining.join_many(tx, [(one, keys(one)) for one in given], now, similar=kw.get("similar", similar))


def titled(make, *titles, **fields):
    return [make(f"n{title}-{n}", title=title, **fields) for n, title in enumerate(titles)]


def test_near_documents_share_a_story_and_others_do_not(store, make, now):
    a, b, c = titled(
        make, "paro de transportistas en Lima", "paro de transportistas hoy en Lima", "paro cardiaco mata a cantante"
    )
    joined = join(store, [a, b, c], now)
    assert joined == {a.id: "s" + a.id, b.id: "s" + a.id, c.id: "s" + c.id}
    with store.read() as tx:
        told = stories.of(tx, [a.id, b.id, c.id, "unknown"])
        assert (told[b.id].size, told[c.id].size, "unknown" in told) == (2, 1, False)
        assert stories.members(tx, "s" + a.id) == sorted([a.id, b.id])
        assert stories.get(tx, "s" + a.id) == told[a.id] and stories.get(tx, "none") is None
        assert [one.id for one in stories.recent(tx, 5, at_least=2)] == ["s" + a.id]
        assert documents.record(tx, b.id).story == told[a.id]
        assert stories.count(tx) == 2


def test_singly_and_in_bulk_the_stories_are_the_same_and_again_changes_nothing(store, make, now):
    given = titled(make, "a b c d", "a b c e", "x y z", "a b e f", "x y z w", "e f g h")
    for one in given:
        join(store, [one], now)
    with store.read() as tx:
        singly = {id: ref.id for id, ref in stories.of(tx, [one.id for one in given]).items()}
    assert join(store, given, now + timedelta(days=1)) == singly
    with store.read() as tx:
        assert {ref.size for ref in stories.of(tx, [one.id for one in given]).values()} <= {1, 2, 3}
        assert sum(ref.size for ref in stories.recent(tx, 99)) == len(given)
    bulk = [make(f"bulk/{n}", title=one.title + "", published=now + timedelta(days=300)) for n, one in enumerate(given)]
    names = {one.id: place for place, one in enumerate(given)} | {one.id: place for place, one in enumerate(bulk)}
    joined = join(store, bulk, now)
    assert [names[joined[one.id][1:]] for one in bulk] == [names[singly[one.id][1:]] for one in given]


def test_the_days_must_be_near(store, make, now):
    a, b = (
        titled(make, "paro en Lima", published=now),
        titled(make, "paro en Lima", published=now + timedelta(days=4), url="https://b.example/b"),
    )
    assert len(set(join(store, a + b, now, similar=copies).values())) == 2
    c = titled(make, "paro en Lima", published=now + timedelta(days=6), url="https://b.example/c")
    assert join(store, c, now, similar=copies)[c[0].id] == "s" + b[0].id


def copies(a, b, rarity):
    return joining.COPY


def test_what_is_retold_joins_for_a_day_and_makes_no_chain(store, make, now):
    given = [make(f"d{n}", title="paro en Lima", published=now + timedelta(days=n)) for n in range(4)]
    joined = join(store, given, now)
    assert [joined[one.id] for one in given] == ["s" + given[n].id for n in (0, 0, 2, 2)]


def test_days_are_those_of_lima(store, make, now):
    evening = now.replace(hour=4) + timedelta(days=1)  # 23:00 in Lima, the day of `now`
    given = [make(f"h{n}", title="paro en Lima", published=moment) for n, moment in enumerate((now, evening))]
    join(store, given, now)
    later = make("later", title="paro en Lima", published=now + timedelta(days=1))
    assert join(store, [later], now)[later.id] == "s" + given[0].id


def test_one_that_is_unlike_most_of_a_story_does_not_join_it(store, make, now):
    def scored(a, b, rarity):
        pair = {a.title[-1], b.title[-1]}
        return 2.0 if pair in ({"a", "b"}, {"b", "c"}) else -1.9

    given = titled(make, "paro a", "paro b", "paro c")
    joined = join(store, given, now, similar=scored)
    assert [joined[one.id] for one in given] == ["s" + given[n].id for n in (0, 0, 2)]


def test_rarity_is_the_share_of_the_other_documents_of_these_days(store, make, now):
    told = []

    def asked(a, b, rarity):
        told.append(round(rarity(hash_("paro")) * joining.FEW))
        return 0.0

    given = titled(make, *(f"paro numero{n}" for n in range(4)))
    given.append(make("old", title="paro viejo", published=now - timedelta(days=9)))
    terms = [(one, {"terms": [hash_(word) for word in one.title.split()]}) for one in given]
    with store.write() as tx:
        documents.save_many(tx, given, now=now)
        joining.join_many(tx, terms[:3], now, similar=asked)
        joining.join_many(tx, terms[3:], now, similar=asked)
    assert told == [0, 1, 1, 2, 2, 2]


def test_documents_enriched_again_are_not_counted_twice(store, make, now):
    shares = []

    def asked(a, b, rarity):
        shares.append(round(rarity(hash_("paro")) * joining.FEW))
        return 0.0

    given = titled(make, "paro uno", "paro dos", "paro tres")
    terms = [(one, {"terms": [hash_(word) for word in one.title.split()]}) for one in given]
    with store.write() as tx:
        documents.save_many(tx, given, now=now)
        joining.join_many(tx, terms[:2], now, similar=asked)
        joining.join_many(tx, [*terms[:2], terms[2]], now, similar=asked)
    assert shares == [0, 1, 1]


def test_the_nearest_wins(store, make, now):
    a, b, c = titled(make, "uno dos tres cuatro", "dos tres cuatro cinco seis siete", "dos tres cuatro cinco seis")
    assert join(store, [a, b, c], now)[c.id] == "s" + b.id


def test_shared_keys_without_a_shared_text_join_nothing(store, make, now):
    a, b = titled(make, "uno dos tres", "uno dos tres cuatro")
    assert len(set(join(store, [a, b], now, similar=lambda x, y, _: 0.0).values())) == 2


def test_a_text_that_hundreds_tell_is_one_story(store, make, now):
    given = titled(make, *["paro de transportistas en Lima"] * (joining.COMMON + 60))
    for start in range(0, len(given), 90):
        join(store, given[start : start + 90], now)
    with store.read() as tx:
        assert [ref.size for ref in stories.recent(tx, 9)] == [len(given)]


def test_of_keys_that_too_many_share_only_some_are_compared_and_they_are_counted(store, make, now):
    given = titled(make, *(f"paro numero{n}" for n in range(joining.COMMON + 20)))
    calls = []
    joined = join(store, given, now, similar=lambda a, b, _: calls.append(1) or 0)
    assert joined.common == 19
    assert len(calls) <= joining.MOST_VERIFIED * len(given)


def test_who_leaves_is_forgotten(store, make, now):
    a, b = titled(make, "uno dos tres", "uno dos tres cuatro")
    join(store, [a, b], now)
    with store.write() as tx:
        documents.takedown(tx, a.id, "a court's order", now)
        assert stories.get(tx, "s" + a.id).size == 1
        documents.takedown(tx, b.id, "a court's order", now)
        assert stories.get(tx, "s" + a.id) is None
    c = make("c", title="uno dos tres")
    assert join(store, [c], now)[c.id] == "s" + c.id


def test_old_keys_are_forgotten_and_stories_stay(store, make, now):
    old, new = titled(make, "uno dos tres", published=now - timedelta(days=90)) + titled(make, "x y z", published=now)
    join(store, [old, new], now)
    with store.write() as tx:
        assert stories.forget_keys(tx, now - timedelta(days=30)) == 0  # it joined today: its neighbours may still come
        assert stories.forget_keys(tx, now + timedelta(minutes=1)) == 4
        assert stories.forget_keys(tx, now + timedelta(minutes=1)) == 0
        assert stories.count(tx) == 2


def test_bulk_is_quick(store, make, now):
    if store.file is None:
        return
    words = [f"palabra{n}" for n in range(900)]
    given = [
        make(
            f"n{n}",
            title=" ".join(words[(n * step + step) % 900] for step in (1, 7, 31, 101)),
            published=now - timedelta(hours=n // 20),
        )
        for n in range(2000)
    ]
    with store.write() as tx:
        documents.save_many(tx, given, now=now)
    start = time.process_time()
    with store.write() as tx:
        joining.join_many(
            tx, [(one, {"keys": range(n * 13, n * 13 + 16)}) for n, one in enumerate(given)], now, similar=similar
        )
    assert time.process_time() - start < 6
