"""Public Mastodon posts on Peru's extortion and strikes: tag timelines of mastodon.social, which need no account.

An account's posts are a feed too: `https://INSTANCE/@NAME.rss` with `platform="mastodon"`.
"""

from crawler.source import Source

TAGS = ("extorsion", "sicariato", "paro", "huelga", "transportistas")
TIMELINE = "https://mastodon.social/api/v1/timelines/tag/"

SOURCE = Source(
    name="Mastodon: Perú",
    home="https://mastodon.social/",
    kind="post",
    language=None,
    platform="mastodon",
    # every tag together with #peru: the bare words are used in all of the Spanish-speaking world
    feeds=tuple(f"{TIMELINE}peru?all[]={tag}&limit=40" for tag in TAGS),
    items_a_day=2,
    min_interval=1800,
    delay=2,
    status="probation",
    reason="the timeline is documented and public unless an instance closes its preview; no dated record of this one was found",
)
