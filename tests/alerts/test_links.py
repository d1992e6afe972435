"""Signed links: what a forged, altered, expired or replayed one does (nothing), and what pressing twice does (nothing more)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import actions, links, subscriptions
from alerts.links import LIFETIME, Link, LinkError, Signer
from store import alerts as kept
from store import answers

from .conftest import NOW, arrive, article


@pytest.fixture
def signer(store, alert):
    with store.write() as tx:
        return Signer(answers.made_keys(tx, alert.id).links, alert.id, "http://x", NOW)


def word(signer, act, subject=""):
    return signer.url(act, subject).removeprefix("http://x/l/")


def state(store, alert):
    with store.read() as tx:
        return kept.get(tx, alert.id).state


def why(store, forged, now=NOW):
    with pytest.raises(LinkError) as error:
        actions.press(store, forged, now)
    with pytest.raises(LinkError):
        actions.look(store, forged, now)
    return error.value.why


def test_looking_changes_nothing(store, alert, signer):
    offer = actions.look(store, word(signer, "pause"), NOW)
    assert offer.alert.id == alert.id and state(store, alert) == "active"


def test_pause_once_and_again(store, alert, signer):
    assert actions.press(store, word(signer, "pause"), NOW).outcome == "done"
    assert state(store, alert) == "paused"
    assert actions.press(store, word(signer, "pause"), NOW).outcome == "already"


def test_a_link_that_was_undone_is_refused(store, alert, signer):
    actions.press(store, word(signer, "pause"), NOW)
    subscriptions.resume(store, alert.id, NOW)
    again = actions.press(store, word(signer, "pause"), NOW + timedelta(hours=1))
    assert (again.outcome, again.before) == ("replayed", NOW) and state(store, alert) == "active"
    newer = Signer(signer.key, alert.id, "http://x", NOW + timedelta(days=1))
    assert actions.press(store, word(newer, "pause"), NOW).outcome == "done"


def test_what_somebody_did_by_hand_is_not_done_again_by_a_first_press(store, alert, signer):
    subscriptions.pause(store, alert.id, NOW)
    assert actions.press(store, word(signer, "pause"), NOW).outcome == "already"
    subscriptions.resume(store, alert.id, NOW)
    assert actions.press(store, word(signer, "pause"), NOW).outcome == "replayed"


@pytest.mark.parametrize("act", ["pause", "unsubscribe", "story", "relevant"])
def test_an_expired_link(store, alert, signer, act):
    assert why(store, word(signer, act, "s1"), NOW + LIFETIME) == "expired"
    assert actions.press(store, word(signer, act, "s1"), NOW + LIFETIME - timedelta(seconds=1)).outcome in ("done", "already")  # fmt: skip


@given(place=st.integers(0, 60), letter=st.sampled_from("ABCxyz019-_."))
def test_one_letter_changed_is_forged(place, letter):
    link = Link("pause", "abcd1234", NOW + LIFETIME)
    good = links.sign("key", link)
    bad = good[:place] + letter + good[place + 1 :]
    if bad != good:
        with pytest.raises(LinkError) as error:
            links.check(bad, links.read(bad), "key", NOW)
        assert error.value.why == "forged"


@pytest.mark.parametrize(
    "forged",
    [
        "",
        ".",
        "x",
        "ñ.ñ",
        "a" * 5000,
        "%00",
        "cGF1c2U.AAAA",
        links.sign("other", Link("pause", "nobody", NOW)),
        "=" * 8,
    ],
)
def test_what_is_no_link(store, alert, signer, forged):
    assert why(store, forged) == "forged"


def test_a_link_of_another_alert_or_key_or_act_is_forged(store, alert, signer):
    other = subscriptions.add(store, NOW, name="otra", query="huelga", owner="bea@example.org")
    with store.write() as tx:
        theirs = answers.made_keys(tx, other.id)
    ends = NOW + LIFETIME
    for link, key in (
        (Link("pause", alert.id, ends), theirs.links), (Link("pause", other.id, ends), signer.key), (Link("erase", alert.id, ends), signer.key),
        (Link("pause", "nobody", ends), signer.key),
    ):  # fmt: skip
        assert why(store, links.sign(key, link)) == "forged"
    assert state(store, alert) == state(store, other) == "active"


def test_a_mute_and_its_undoing(store, alert, signer):
    assert actions.press(store, word(signer, "source", "diario"), NOW).outcome == "done"
    with store.write() as tx:
        assert [(one.kind, one.value) for one in answers.muted(tx, [alert.id])] == [("source", "diario")]
        assert answers.unmute(tx, alert.id, "source", "diario")
    assert actions.press(store, word(signer, "source", "diario"), NOW).outcome == "replayed"


def test_the_last_judgement_counts(store, alert, signer):
    yes, no = word(signer, "relevant", "doc"), word(signer, "irrelevant", "doc")
    assert [actions.press(store, one, NOW).outcome for one in (yes, yes, no, yes)] == [
        "done",
        "already",
        "done",
        "done",
    ]
    with store.read() as tx:
        assert answers.judged(tx, alert.id) == {"doc": True}


def test_unsubscribing_takes_the_channel_away_and_the_last_one_the_alert(store, now):
    both = subscriptions.add(store, now, name="dos", query="paro", owner="ana@example.org", channels=["mailto:ana@example.org", "mailto:bea@example.org"])  # fmt: skip
    with store.write() as tx:
        signer = Signer(answers.made_keys(tx, both.id).links, both.id, "http://x", NOW)
    words = {one: word(signer, "unsubscribe", links.digest(one)) for one in both.channels}
    assert actions.press(store, words["mailto:ana@example.org"], NOW).outcome == "done"
    with store.read() as tx:
        left = kept.get(tx, both.id)
    assert (left.state, left.channels) == ("active", ("mailto:bea@example.org",))
    assert actions.press(store, words["mailto:ana@example.org"], NOW).outcome == "already"
    assert actions.press(store, words["mailto:bea@example.org"], NOW).outcome == "done"
    assert state(store, both) == "removed"
    assert actions.press(store, word(signer, "pause"), NOW).outcome == "already"


def test_options_of_a_document(store, mailing, alert, signer):
    from alerts.matching import match

    (id_,) = arrive(store, [article(1)])
    match(store, mailing, NOW)
    offer = actions.look(store, word(signer, "options", id_), NOW)
    assert [act for act, *_ in offer.options] == ["relevant", "irrelevant", "source"] and offer.label.startswith("Paro")
    for _, _, signed in offer.options:
        assert actions.press(store, signed, NOW).outcome == "done"
    assert actions.press(store, word(signer, "options", id_), NOW).outcome == "already"
