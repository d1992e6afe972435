"""Reddit's r/PERU: public posts. Its feed often answers at a low rate, and may ask for a login at any time. (r/Lima is about Lima, Ohio.)"""

from crawler.source import Source

SOURCE = Source(
    name="Reddit: r/PERU",
    home="https://www.reddit.com/r/PERU/",
    kind="post",
    language=None,
    platform="reddit",
    feeds=("https://www.reddit.com/r/PERU/new/.rss",),
    items_a_day=40,
    min_interval=3600,
    delay=15,
    status="probation",
    reason="its feed often answers at a low rate; no dated record was found",
)
