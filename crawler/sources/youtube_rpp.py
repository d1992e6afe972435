"""YouTube channel of RPP Noticias (@RPPNoticias): its feed needs the channel's id, which is not on record: listed only.

`pututu sources new https://www.youtube.com/@RPPNoticias` looks the id up and writes a source that can be crawled.
"""

from crawler.source import Source

SOURCE = Source(
    name="YouTube: RPP Noticias",
    home="https://www.youtube.com/@RPPNoticias",
    kind="post",
    platform="youtube",
    items_a_day=20,
    min_interval=1800,
    delay=5,
    status="listed",
    reason="its channel id is not on record, and the feed needs it",
)
