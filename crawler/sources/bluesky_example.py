"""How a Bluesky account is watched: its author feed needs no key. No Peruvian account is evidenced, so this is a pattern to copy, never crawled.

Copy the file into PUTUTU_SOURCES_DIR, put the account's handle in place of `cuenta.example`, and take `status` and `reason` out.
"""

from crawler.source import Source

SOURCE = Source(
    name="Bluesky: a pattern to copy",
    home="https://bsky.app/profile/cuenta.example",
    kind="post",
    language=None,
    platform="bluesky",
    feeds=(
        "https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor=cuenta.example&limit=50&filter=posts_no_replies",
    ),
    items_a_day=5,
    min_interval=1800,
    delay=5,
    status="listed",
    reason="a pattern to copy: no Peruvian account is evidenced",
)
