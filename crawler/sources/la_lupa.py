"""La Lupa: news of Ica (`/ica/`) and of the country. Grade V: its feed printed whole articles in 2026-09. A slug can disagree with its text."""

from crawler.source import Source

SOURCE = Source(
    name="La Lupa",
    home="https://lalupa.pe/",
    region="Ica",
    platform="wordpress",
    feeds=("https://lalupa.pe/feed/",),
    items_a_day=10,
    min_interval=1800,
    delay=10,
    status="verified",
    full_in_feed=True,
)
