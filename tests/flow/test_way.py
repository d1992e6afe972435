"""One article's whole way: from a feed to a search, a trend, a mail; and a second pass that does nothing."""

import json
import shutil
from typing import Any


def rows(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines() if line]


def test_from_a_feed_to_a_search_a_trend_and_a_mail(flow: Any) -> None:
    first = flow.command("crawl", flow.slug)
    assert first.returncode == 0, first.stderr
    for stage in ("enrich", "index", "match", "deliver"):
        done = flow.command(stage)
        assert done.returncode == 0, f"{stage}: {done.stderr}"

    found = rows(flow.command("search", "source:faro", "--limit", "100", "--json").stdout)
    assert len(found) == len({row["url"] for row in found}) >= 20
    assert all(row["title"] and row["text"] and row["published"] for row in found)
    trend = rows(flow.command("trends", "source:faro", "--by", "week", "--json").stdout)
    assert sum(row["count"] for row in trend) == len(found)
    assert flow.told() == {row["id"]: 1 for row in found}
    assert len(flow.letters()) == 1  # one alert, due together: one mail

    why = rows(flow.command("why", found[0]["url"], "todo", "--json").stdout)
    stages = [row["stage"] for row in why]
    assert {
        "discovered",
        "fetched",
        "extracted",
        "stored",
        "tagged",
        "story",
        "indexed",
        "matched",
        "hit",
        "delivered",
    } <= set(stages)
    assert "every clause matches" in why[-1]["what"]


def test_a_second_pass_does_nothing(flow: Any) -> None:
    flow.run()
    before, letters = flow.asked("/faro/"), len(flow.letters())
    documents, work = flow.documents(), flow.states("work")
    assert flow.run()["failed"] == []
    again = {path: number - before[path] for path, number in flow.asked("/faro/").items() if number > before[path]}
    assert [path for path in again if "/nota" in path or path.endswith(".html")] == []
    assert (flow.documents(), flow.states("work"), len(flow.letters())) == (documents, work, letters)


def test_run_twice_in_a_row_the_second_asks_nothing_and_does_nothing(flow: Any) -> None:
    flow.alone()
    first = flow.command("run", "--json")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["collect"]["documents"] == len(flow.documents()) >= 20
    asked, letters, work = len(flow.stage.requests), len(flow.letters()), flow.states("work")
    second = flow.command("run", "--json")
    assert second.returncode == 0, second.stderr
    receipt = json.loads(second.stdout)
    assert {number for number in leaves(receipt) if number} == set(), "it did something"
    assert (len(flow.stage.requests), len(flow.letters()), flow.states("work")) == (asked, letters, work)


def leaves(part: Any) -> list[Any]:
    """Every figure, reason and error of a receipt."""
    if isinstance(part, dict):
        return [leaf for value in part.values() for leaf in leaves(value)]
    return [leaf for value in part for leaf in leaves(value)] if isinstance(part, list) else [part]


def test_an_index_that_was_lost_is_filled_again_and_no_count_is_short_without_a_word(flow: Any) -> None:
    flow.run()
    count = flow.command("search", "*", "--count").stdout
    shutil.rmtree(flow.settings.index)
    short = flow.command("search", "*", "--count")
    assert int(short.stdout) == 0 and "pututu reindex" in short.stderr
    assert flow.command("index").returncode == 0
    again = flow.command("search", "*", "--count")
    assert again.stdout == count and int(count) == len(flow.documents()) and "reindex" not in again.stderr


def test_enriching_again_and_reindexing_sends_nothing(flow: Any) -> None:
    flow.run()
    letters = len(flow.letters())
    for arguments in (["enrich", "--stale"], ["reindex"], ["match"], ["deliver"]):
        done = flow.command(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
    assert len(flow.letters()) == letters
    count = flow.command("search", "source:faro", "--count").stdout
    assert int(count) == len(flow.documents())
