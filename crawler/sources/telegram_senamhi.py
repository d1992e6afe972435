"""How a Telegram channel is watched: its public preview. Of Peru's channels only the weather service's was seen, and weather is no topic here: listed, as an example.

Copy the file into PUTUTU_SOURCES_DIR for another public channel, and read Telegram's terms first.
"""

from crawler.source import Source

SOURCE = Source(
    name="Telegram: Senamhi",
    home="https://t.me/Senamhi_Peru",
    kind="post",
    platform="telegram",
    feeds=("https://t.me/s/Senamhi_Peru",),
    items_a_day=5,
    min_interval=1800,
    delay=10,
    status="listed",
    reason="an example: of Peru's channels only this one was seen, and weather is none of the topics",
)
