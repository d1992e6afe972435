"""HTML made harmless: bytes to text in the right encoding, text to a tree of bounded depth, a tree to readable lines."""

import codecs
import re
from html import unescape

from lxml import etree, html

from core.text import clean

BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "br", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
))  # fmt: skip
HIDDEN = frozenset(("script", "style", "noscript", "template", "svg", "iframe", "object", "head", "title"))
_META = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]+)", re.I)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_:.\-]+)", re.I)
_HEADER = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_:.\-]+)", re.I)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# as browsers read them: what calls itself Latin-1 or ASCII is Windows-1252
_AS_BROWSERS = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "windows-1252": "cp1252",
    "utf8": "utf-8",
}
_TAG = re.compile(r"<(?:/?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>|!--)")
_TWICE = re.compile("[ÂÃâ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œž]")


def decode(body: bytes, content_type: str = "") -> str:
    """The text of a page or feed: byte-order mark, else UTF-8 where the bytes are UTF-8, else what is declared, else Windows-1252.

    Real bytes count more than what is claimed: a page that says UTF-8 and is Windows-1252 comes out right, and so does the reverse.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body.decode(name, "replace").lstrip("\ufeff")
    try:
        return _once(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        if error.start > 0.98 * len(body) and len(body) - error.start < 4:  # cut in the middle of a character
            return _once(body[: error.start].decode("utf-8"))
    head = body[:4096]
    claims = [match[1] for match in (_HEADER.search(content_type),) if match]
    claims += [match[1].decode("ascii") for match in (_XML.search(head), _META.search(head)) if match]
    for claim in claims:
        name = _AS_BROWSERS.get(claim.lower(), claim.lower())
        if name.startswith("utf-8"):
            if (mended := _mostly_utf8(body)) is not None:
                return mended
            continue
        try:
            return body.decode(name, "strict")
        except (UnicodeDecodeError, LookupError):
            continue
    if (mended := _mostly_utf8(body)) is not None:
        return mended
    return body.decode("cp1252", "replace") if not _undefined(body) else body.decode("latin-1")


def _mostly_utf8(body: bytes) -> str | None:
    """UTF-8 with a few broken bytes stays UTF-8: where at least as many multi-byte characters are good as bad (by chance hardly any would be)."""
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(1 for char in text if char > "\x7f") - bad
    return text if 0 < good >= bad else None


def _undefined(body: bytes) -> bool:
    return any(byte in body for byte in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"))


def _once(text: str) -> str:
    """Undo UTF-8 that was encoded twice (`informaciÃ³n`), where all of the text's accents are of that kind."""
    if not any(mark in text for mark in ("Ã", "Â", "â€")) or len(_TWICE.findall(text)) < 3:
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def tree(text: str) -> html.HtmlElement | None:
    """The parsed page, or None where there is nothing to parse. Nothing is fetched.

    The parser reads no deeper than 255 levels: where a page goes beyond (tags left open by the hundred), its formatting is taken
    out first, so that no text is lost and no walk over the tree is slow.
    """
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.replace("\x00", ""))
    if not text.strip():
        return None
    root, whole = _parsed(text)
    for tags in _FLATTENED:
        if whole:
            break
        text = re.sub(rf"</?(?:{tags})\b[^<>]{{0,2000}}>", "\n", text, flags=re.I)
        root, whole = _parsed(text)
    return root


# what is taken out of a page that is nested too deeply, until it is not: bold type left open, then boxes in boxes
_FLATTENED = (
    "b|i|u|em|strong|font|span|small|big|center|a",
    "div|section|article|main|table|tbody|tr|td|ul|ol|li|dl|dd|blockquote|form",
)
_CLASSES = etree.ElementDefaultClassLookup(element=html.HtmlElement)


def _parsed(text: str) -> tuple[html.HtmlElement | None, bool]:
    """The tree, and whether the parser read the page to its end (it gives up beyond 255 levels)."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_CLASSES)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None, True
    return root, not any(one.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for one in parser.error_log)


def lines(root: html.HtmlElement) -> list[str]:
    """The readable text, one string a block, white space as a browser shows it."""
    out: list[str] = []
    parts: list[str] = []

    def flush() -> None:
        line = " ".join("".join(parts).split())
        if line:
            out.append(line)
        parts.clear()

    walk = etree.iterwalk(root, events=("start", "end"))
    for event, node in walk:
        name = node.tag if isinstance(node.tag, str) else ""
        if name in BLOCKS:
            flush()
        if event == "end":
            parts.append((node.tail or "") if node is not root else "")
        elif name in HIDDEN and node is not root:
            walk.skip_subtree()
        else:
            parts.append(node.text or "")
    flush()
    return out


def to_text(markup: str) -> str:
    """A description in HTML, in HTML that was escaped once more, or in plain text, as text: paragraphs parted by line ends."""
    plain = markup if "<" in markup else unescape(markup)
    if not is_markup(plain):
        return clean("\n".join(line for line in (" ".join(unescape(one).split()) for one in plain.split("\n")) if line))
    root = tree(f"<html><body><div>{plain}</div></body></html>")
    return "" if root is None else clean("\n".join(lines(root)))


def is_markup(text: str) -> bool:
    """Whether a text has tags in it."""
    return bool(_TAG.search(text))


def one_line(markup: str) -> str:
    """A title as one line of text."""
    return " ".join(to_text(markup).split())
