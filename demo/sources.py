"""The source files of the fictional outlets, written into the demo's home because they name the port it is served on."""

from pathlib import Path
from pprint import pformat
from typing import Any

from demo.press import SLUGS, Outlet
from demo.server import LISTINGS, SITEMAP

PLATFORMS = {"simple": "feed", "arc": "arc", "wordpress": "wordpress", "gazette": "json", "mastodon": "mastodon"}
QUERIES = {"gaceta": "?idsec=1&pageSize=100&pageIndex=1", "plaza": "?limit=40"}
ARTICLES = {
    "faro": r"-noticia-\d+$",
    "vicuna": r"-noticia/$",
    "valles": r"/valles/\d{4}/\d\d/\d\d/",
    "quipu": r"/quipu/\d{4}/\d\d/",
    "gaceta": r"/gaceta/noticia/\d+-",
    "plaza": r"/plaza/@",
}
LEAST_INTERVAL = 60


def write_sources(folder: Path, base_url: str, outlets: tuple[Outlet, ...]) -> tuple[str, ...]:
    """Write one source file for each outlet into `folder` (made where missing); gives the slugs."""
    folder.mkdir(parents=True, exist_ok=True)
    for outlet in outlets:
        fields = "".join(
            f"    {name}={pformat(value, width=110)},\n" for name, value in _fields(outlet, base_url).items()
        )
        text = f'"""{outlet.name}: an outlet of the demo; everything in it is invented."""\n\nfrom crawler.source import Source\n\nSOURCE = Source(\n{fields})\n'
        half = folder / f".{outlet.slug}.half"
        half.write_text(text, "utf-8")
        half.replace(folder / f"{outlet.slug}.py")
    return SLUGS


def _fields(outlet: Outlet, base: str) -> dict[str, Any]:
    return {
        "name": outlet.name,
        "home": f"{base}/{outlet.slug}/",
        "kind": outlet.kind,
        "language": None if outlet.style == "mastodon" else outlet.language,
        "region": outlet.region,
        "platform": PLATFORMS[outlet.style],
        "feeds": (base + LISTINGS[outlet.slug] + QUERIES.get(outlet.slug, ""),),
        "sitemaps": (base + SITEMAP,) if outlet.style == "arc" else (),
        "min_interval": LEAST_INTERVAL,
        "delay": 0.0,
        "licence": "MIT",
        "status": "verified",
        "article": ARTICLES[outlet.slug],
        "selectors": {"remove": ".firma"} if outlet.style == "simple" else {},
        "full_in_feed": outlet.style == "wordpress" and outlet.language == "es",
    }
