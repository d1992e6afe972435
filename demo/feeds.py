"""The listings of the fictional outlets: RSS, Atom, a news sitemap, a gazette's JSON, a tag timeline, robots.txt.

`identity` is the address that the press was first served at: links keep it, so that an article has one address for good.
"""

import json
from email.utils import format_datetime
from html import escape

from core.time import LIMA
from demo.pages import content, path
from demo.press import Article, Outlet

PRIVATE = "/vicuna/interno/agenda-de-la-redaccion-noticia/"
ROBOTS = "User-agent: *\nDisallow: /vicuna/interno/\n"
NEWEST = 12


def rss(outlet: Outlet, identity: str, *, whole: bool, newest: int | None = None) -> str:
    """RSS 2.0 of the outlet's articles; with `whole`, each item prints the article, and the line that such feeds append."""
    items = "".join(_rss_item(article, outlet, identity, whole) for article in outlet.articles[:newest])
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{escape(outlet.name)}</title><link>{identity}/{outlet.slug}/</link>"
        f"<description>{escape(outlet.name)}</description><language>{outlet.language}</language>{items}</channel></rss>\n"
    )


def _rss_item(article: Article, outlet: Outlet, identity: str, whole: bool) -> str:
    url = identity + path(article)
    encoded = ""
    if whole:
        body = f"<p><strong>{escape(article.lead)}</strong></p>\n{content(article)}"
        last = f'<p>The post <a href="{url}">{escape(article.title)}</a> appeared first on {escape(outlet.name)}.</p>'
        encoded = f"<content:encoded><![CDATA[{body}\n{last}]]></content:encoded>"
    return (
        f"<item><title>{escape(article.title)}</title><link>{url}</link>"
        f'<guid isPermaLink="false">{outlet.slug}-{article.number}</guid>'
        f"<pubDate>{format_datetime(article.published.astimezone(LIMA))}</pubDate>"
        f"<dc:creator>{escape(article.author)}</dc:creator><category>{escape(article.section)}</category>"
        f"<description>{escape(article.lead)}</description>{encoded}</item>"
    )


def atom(outlet: Outlet, identity: str) -> str:
    """Atom with summaries only."""
    entries = "".join(
        f'<entry><title>{escape(article.title)}</title><link rel="alternate" href="{identity}{path(article)}"/>'
        f"<id>tag:{outlet.slug}.example,2025:{article.number}</id><published>{_iso(article)}</published>"
        f"<updated>{_iso(article)}</updated><author><name>{escape(article.author)}</name></author>"
        f'<category term="{escape(article.section)}"/><summary>{escape(article.lead)}</summary></entry>'
        for article in outlet.articles
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}">'
        f"<title>{escape(outlet.name)}</title><id>tag:{outlet.slug}.example,2025:feed</id>"
        f"<updated>{_iso(outlet.articles[0])}</updated>{entries}</feed>\n"
    )


def news_sitemap(outlet: Outlet, identity: str) -> str:
    """A news sitemap of every article, and of one page that robots.txt keeps closed."""
    rows = [(identity + path(article), article.title, _iso(article)) for article in outlet.articles]
    rows.append((identity + PRIVATE, "Agenda de la redacción", _iso(outlet.articles[0])))
    urls = "".join(
        f"<url><loc>{url}</loc><lastmod>{stamp}</lastmod><news:news><news:publication><news:name>{escape(outlet.name)}</news:name>"
        f"<news:language>{outlet.language}</news:language></news:publication><news:publication_date>{stamp}</news:publication_date>"
        f"<news:title>{escape(title)}</news:title></news:news></url>"
        for url, title, stamp in rows
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>\n'
    )


def gazette(outlet: Outlet) -> str:
    """The listing of a gazette's portal: dates as `/Date(ms)/`, addresses without the host."""
    rows = [
        {
            "iIdNoticia": article.number,
            "vchTitulo": article.title,
            "vchDescripcion": article.lead,
            "vchSeccion": article.section,
            "vchRutaCompletaFotografia": "",
            "URLFriendLy": path(article),
            "dtmFecha": f"/Date({int(article.published.timestamp() * 1000)})/",
        }
        for article in outlet.articles
    ]
    return json.dumps(rows, ensure_ascii=False)


def timeline(outlet: Outlet, identity: str) -> str:
    """A public tag timeline in Mastodon's shape."""
    return json.dumps([_status(article, identity) for article in outlet.articles], ensure_ascii=False)


def _status(article: Article, identity: str) -> dict[str, object]:
    account = {
        "id": str(article.number),
        "username": article.author,
        "acct": article.author,
        "display_name": article.author.replace("_", " "),
        "url": f"{identity}/plaza/@{article.author}",
        "bot": False,
        "locked": False,
        "note": "Cuenta ficticia",
    }
    return {
        "id": article.slug,
        "created_at": article.published.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "in_reply_to_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": article.language,
        "uri": f"{identity}/plaza/users/{article.author}/statuses/{article.slug}",
        "url": identity + path(article),
        "edited_at": None,
        "content": content(article),
        "reblog": None,
        "account": account,
        "media_attachments": [],
        "mentions": [],
        "tags": [{"name": tag.lower(), "url": f"{identity}/plaza/tags/{tag.lower()}"} for tag in article.tags],
        "card": None,
        "poll": None,
    }


def _iso(article: Article) -> str:
    return article.published.astimezone(LIMA).isoformat()
