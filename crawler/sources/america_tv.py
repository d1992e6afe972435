"""América TV: television news. No feed is known; the listing's selector (a class whose end changes) stands in one project."""

from crawler.source import Source

SOURCE = Source(
    name="América TV",
    home="https://americatv.com.pe/noticias/",
    platform="listing",
    feeds=("https://americatv.com.pe/noticias/",),
    items_a_day=40,
    min_interval=1800,
    delay=10,
    status="probation",
    reason="no feed is known; its listing page is read, and its selector comes from one project",
    article=r"/noticias/[^/]+/.+-n\d+/?(?:\?|$)",
    listing={"link": "h2[class^=CardPrincipal_title__] a"},
)
