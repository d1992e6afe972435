"""Where the posts of a public account, channel or community are published as a feed, by the address a person copies.

Mastodon and YouTube's `@names` announce their feed in the page itself. People's own profiles on Reddit are left alone.
"""

import re
from urllib.parse import quote

_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"https?://bsky\.app/profile/((?:did:[a-z]+:)?[\w.:-]+)/?$", re.ASCII),
        "https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor={}&limit=50&filter=posts_no_replies",
    ),
    (re.compile(r"https?://(?:t|telegram)\.me/(?:s/)?([A-Za-z]\w{3,31})/?$", re.ASCII), "https://t.me/s/{}"),
    (
        re.compile(r"https?://(?:www\.|m\.)?youtube\.com/channel/(UC[\w-]{22})(?:/.*)?$", re.ASCII),
        "https://www.youtube.com/feeds/videos.xml?channel_id={}",
    ),
    (
        re.compile(r"https?://(?:(?:www|old|new|np)\.)?reddit\.com/r/(\w{2,21})(?:/(?:new|hot|top)?/?)?$", re.ASCII),
        "https://www.reddit.com/r/{}/new/.rss",
    ),
)


def feed_of(url: str) -> str | None:
    """The feed of what is at this address, or None where its form is none of the known ones."""
    for form, feed in _FORMS:
        if match := form.match(url.strip()):
            return feed.format(quote(match[1], safe=":.-_"))
    return None
