"""The lead (bajada): as printed under the headline, else as the page describes itself."""

from collections.abc import Mapping
from typing import Any

from crawler import jsonld
from crawler.body import Body
from crawler.boilerplate import is_boilerplate, is_caption
from crawler.labels import Part
from crawler.markup import to_text
from crawler.nodes import Meta, first, select, text_of
from crawler.outline import Outline, key_of
from crawler.paragraphs import is_dateline

_ENDS = (".", "!", "?", "…", "”", "»", '"')


def lead_of(
    page: Outline, body: Body, meta: Meta, data: Mapping[str, Any], title: str, selectors: Mapping[str, str]
) -> tuple[str, list[str]]:
    """The lead and its lines: as printed under the headline, else as the page describes itself (not where that is cut or the title again)."""
    if "summary" in selectors:
        chosen = [" ".join(text.split()) for node in select(page.root, selectors["summary"]) if (text := text_of(node))]
        if chosen:
            return " ".join(chosen), chosen
    told = [
        " ".join(to_text(text).split())
        for text in (jsonld.string(data.get("description")), first(meta, "og:description"), first(meta, "description"), first(meta, "twitter:description"), jsonld.string(data.get("alternativeHeadline")))
    ]  # fmt: skip
    told = [text for text in told if len(text) >= 8 and key_of(text) != key_of(title)]
    leads = printed_leads(page, body, title) or _same_as_told(page, body, told) or _under_headline(page, body)
    if leads:
        return " ".join(leads), leads
    return next(iter(told), ""), []


def printed_leads(page: Outline, body: Body, title: str) -> list[str]:
    """The lines that stand as a lead between headline and text, by the names that templates give it."""
    first, last = max(0, body.headline - 2), min(len(page.lines), body.span.first + 3)
    nodes = [
        node for node, place in page.places.items()
        if first <= place < last and page.parts.get(node, 0) & Part.LEAD and not page.parts[node] & (Part.BYLINE | Part.CAPTION | Part.BODY) and node.tag not in ("h1", "body", "main", "article", "figure", "img", "meta")
    ]  # fmt: skip
    for node in nodes:
        span = page.spans.get(node)
        if span and span.last - span.first > 12:
            continue
        lines = (
            [page.lines[place].text for place in range(*span) if not body.out[place]] if span else page.texts_of(node)
        )
        lines = [line for line in lines if key_of(line) != key_of(title)]
        if (
            lines
            and 8 <= sum(map(len, lines)) <= 900
            and len(lines) <= 8
            and not (span and span.first <= body.headline < span.last)
        ):
            return lines
    return []


def _same_as_told(page: Outline, body: Body, told: list[str]) -> list[str]:
    """The line near the headline that says what the page's description says, whole or cut; by whatever name."""
    keys = [key_of(text.removesuffix("...").removesuffix("…")) for text in told]
    near = range(max(0, body.headline - 3), min(len(page.lines), max(body.span.first, body.headline + 1) + 4))
    for place in near:
        line = page.lines[place]
        if (
            len(line.text) >= 8
            and line.linked < 0.5 * len(line.text)
            and any(
                line.key == key or (len(key) >= 60 and line.key.startswith(key) and place < body.span.first)
                for key in keys
            )
        ):
            return [line.text]
    return []


def _under_headline(page: Outline, body: Body) -> list[str]:
    """A smaller heading between headline and text, or the sentence right under the headline, that no name calls a lead."""
    if body.headline < 0:
        return []
    for place in range(body.headline + 1, min(body.span.first, body.headline + 4)):
        line = page.lines[place]
        if body.out[place] or is_dateline(line.text) or is_caption(line.text) or is_boilerplate(line.text):
            continue
        heading, words = line.node.tag in ("h2", "h3", "h4"), len(line.text.split())
        said = place == body.headline + 1 and line.node.tag in ("p", "div", "section") and line.text.endswith(_ENDS)
        if (
            (heading or said)
            and words >= 6
            and len(line.text) <= 500
            and not line.linked
            and line.text not in body.rows
        ):
            return [line.text]
    return []


def opening(page: Outline, body: Body) -> str:
    """A first paragraph that is bold, slanted or a heading as a whole, before paragraphs that are not."""
    if body.span.first >= len(page.lines) or body.span.last - body.span.first < 3:
        return ""
    line = page.lines[body.span.first]
    following = next((other for other in page.lines[body.span.first + 1 : body.span.last] if other.running), line)
    whole = (
        line.bold >= 0.9 * len(line.text) or line.node.tag in ("h2", "h3", "h4", "h5")
    ) and following.bold < 0.5 * len(following.text)
    return line.text if whole and 40 <= len(line.text) <= 500 else ""
