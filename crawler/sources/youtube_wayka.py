"""YouTube channel of Wayka (@WaykaPeru): its feed needs the channel's id, which is not on record: listed only.

`pututu sources new https://www.youtube.com/@WaykaPeru` looks the id up and writes a source that can be crawled.
"""

from crawler.source import Source

SOURCE = Source(
    name="YouTube: Wayka",
    home="https://www.youtube.com/@WaykaPeru",
    kind="post",
    platform="youtube",
    items_a_day=1,
    min_interval=1800,
    delay=5,
    status="listed",
    reason="its channel id is not on record, and the feed needs it",
)
