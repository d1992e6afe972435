"""One address for one page, and no way into a private network."""

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError, UnavailableError
from core.urls import alias, canonical, check_public, host, is_private, same_site, site

CASES = [
    ("http://www.Ejemplo.pe/Lima/Nota/", "https://ejemplo.pe/Lima/Nota"),
    ("HTTPS://EJEMPLO.PE", "https://ejemplo.pe/"),
    ("https://ejemplo.pe/#top", "https://ejemplo.pe/"),
    ("https://ejemplo.pe./a", "https://ejemplo.pe/a"),
    ("  https://ejemplo.pe/a\n", "https://ejemplo.pe/a"),
    ("https://ejemplo.pe/amp/lima/nota", "https://ejemplo.pe/lima/nota"),
    ("https://ejemplo.pe/lima/nota/amp", "https://ejemplo.pe/lima/nota"),
    ("https://ejemplo.pe/lima/nota/amp/", "https://ejemplo.pe/lima/nota"),
    ("https://ejemplo.pe/lima/amparo", "https://ejemplo.pe/lima/amparo"),
    ("https://ejemplo.pe/lima/amp/nota", "https://ejemplo.pe/lima/amp/nota"),
    ("https://amp.ejemplo.pe/lima/nota", "https://ejemplo.pe/lima/nota"),
    ("https://ejemplo.pe/nota?outputType=amp", "https://ejemplo.pe/nota"),
    ("https://ejemplo.pe/nota/?outputType=amp-type", "https://ejemplo.pe/nota"),
    ("https://ejemplo.pe/nota?outputType=json", "https://ejemplo.pe/nota?outputType=json"),
    ("https://ejemplo.pe/nota/?noamp=mobile", "https://ejemplo.pe/nota"),
    ("https://ejemplo.pe/nota?amp=1&amp_js_v=0.1", "https://ejemplo.pe/nota"),
    ("https://www.google.com/amp/s/ejemplo.pe/lima/nota/amp/", "https://ejemplo.pe/lima/nota"),
    ("https://ejemplo-pe.cdn.ampproject.org/c/s/ejemplo.pe/amp/nota", "https://ejemplo.pe/nota"),
    ("https://elcomercio-gestion-prod.cdn.arcpublishing.com/peru/nota/?ref=x", "https://gestion.pe/peru/nota"),
    ("https://elcomercio-diariocorreo-prod.cdn.arcpublishing.com/a/", "https://diariocorreo.pe/a"),
    ("https://elcomercio-elcomercio-prod.cdn.arcpublishing.com/a/", "https://elcomercio.pe/a"),
    ("https://infobae-infobae-prod.web.arc-cdn.net/peru/a/", "https://infobae.com/peru/a"),
    ("https://infobae-infobae-staging.web.arc-cdn.net/peru/a/", "https://infobae.com/peru/a"),
    ("https://otro-desconocido-prod.cdn.arcpublishing.com/a", "https://otro-desconocido-prod.cdn.arcpublishing.com/a"),
    ("http://dev.ejemplo.pe/a", "https://ejemplo.pe/a"),
    ("https://pwa.ejemplo.pe/a", "https://ejemplo.pe/a"),
    ("https://staging.ejemplo.pe/a", "https://ejemplo.pe/a"),
    ("https://lsw1.ejemplo.pe/a", "https://ejemplo.pe/a"),
    ("https://www.dev.ejemplo.com.pe/a", "https://ejemplo.com.pe/a"),
    ("https://dev.com.pe/a", "https://dev.com.pe/a"),
    ("https://busquedas.ejemplo.pe/a", "https://busquedas.ejemplo.pe/a"),
    ("https://www.gob.pe/institucion/x", "https://gob.pe/institucion/x"),
    ("https://ejemplo.pe/?p=123", "https://ejemplo.pe/?p=123"),
    ("https://ejemplo.pe/index.php?b=2&id=7&a=1&a=0", "https://ejemplo.pe/index.php?b=2&id=7&a=1&a=0"),
    ("https://ejemplo.pe/a?utm_source=x&id=7&fbclid=y&UTM_Campaign=z&gclid=1&ref=home", "https://ejemplo.pe/a?id=7"),
    ("https://ejemplo.pe/ver.php?id=7&PHPSESSID=ab12", "https://ejemplo.pe/ver.php?id=7"),
    ("https://ejemplo.pe/nota;jsessionid=AB.1?id=7", "https://ejemplo.pe/nota?id=7"),
    ("https://ejemplo.pe/pleno?session_id=7", "https://ejemplo.pe/pleno?session_id=7"),
    ("https://ejemplo.pe/a?&&id=&x", "https://ejemplo.pe/a?id=&x"),
    ("https://ejemplo.pe/a?q=peru%20y%20chile&z=a+b", "https://ejemplo.pe/a?q=peru%20y%20chile&z=a+b"),
    ("https://ejemplo.pe/ma%c3%b1ana/%7Eana/%2Fx", "https://ejemplo.pe/ma%C3%B1ana/~ana/%2Fx"),
    ("https://ejemplo.pe/mañana «hoy»", "https://ejemplo.pe/ma%C3%B1ana%20%C2%ABhoy%C2%BB"),
    ("https://ejemplo.pe/100%seguro", "https://ejemplo.pe/100%25seguro"),
    ("https://ejemplo.pe/a/./b/../c", "https://ejemplo.pe/a/c"),
    ("https://ejemplo.pe//lima/a", "https://ejemplo.pe/lima/a"),
    ("https://Peñarol.pe/a", "https://xn--pearol-xwa.pe/a"),
    ("https://ejemplo.pe:443/a", "https://ejemplo.pe/a"),
    ("http://ejemplo.pe:80/a", "https://ejemplo.pe/a"),
    ("http://ejemplo.pe:8080/a/", "http://ejemplo.pe:8080/a"),
    ("https://ana:clave@ejemplo.pe/a", "https://ejemplo.pe/a"),
    ("http://127.0.0.1:8642/a/", "http://127.0.0.1:8642/a"),
    ("http://127.0.0.1/a", "http://127.0.0.1/a"),
    ("http://localhost:5000/", "http://localhost:5000/"),
    ("http://[::1]:80/a", "http://[::1]/a"),
    ("http://2130706433/", "http://127.0.0.1/"),
    ("https://portal.ejemplo.pe/ver/#/expediente/2026/12", "https://portal.ejemplo.pe/ver/#/expediente/2026/12"),
    ("https://ejemplo.pe/a#:~:text=hola", "https://ejemplo.pe/a"),
]


@pytest.mark.parametrize(("url", "wanted"), CASES)
def test_canonical(url: str, wanted: str) -> None:
    assert canonical(url) == wanted
    assert canonical(wanted) == wanted
    assert alias(url) == "url:" + wanted


@pytest.mark.parametrize(
    "url", ["", "ejemplo.pe/a", "//ejemplo.pe/a", "ftp://ejemplo.pe", "mailto:a@b.pe", "javascript:alert(1)", "http://", "https:///a",
            "http://[::1", "http://ejemplo.pe:99999/", "http://ejemplo.pe:x/", "http://a b/", "https://.../", "https://exa<mple.pe/", "https://ejemplo.pe\\@127.0.0.1/"]
)  # fmt: skip
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(InputError):
        canonical(url)


PARTS = st.lists(
    st.sampled_from(
        ["amp", "/", "?", "&", "=", "#", "%", "%2f", "%C3%B1", "ñ", "..", ".", "a", "B", "utm_source=x", "outputType=amp", "p=1", " ", "\\",
         ";", "@", ":", "[", "]", "+", "~", "\ud800", "\t", "//", "amp/", "s/", "!", "'", '"', "<", "#/", "wp"]
    ),
    max_size=12,
).map("".join)  # fmt: skip
HOSTS = st.sampled_from(["ejemplo.pe", "www.dev.Ejemplo.com.pe", "www.www.pe", "amp.www.dev.pe", "ñandú.pe", "127.1", "0x7f.0.0.1", "[::1]:8080",
    "localhost:1", "a_b.pe", "xn--0.pe", "www.google.com/amp", "a.cdn.ampproject.org/c", "elcomercio-ojo-prod.cdn.arcpublishing.com", "1.2.3.4.5", "%65jemplo.pe", "ß.pe", "a..b.pe", "www.", "pe"])  # fmt: skip


@given(st.sampled_from(["http://", "https://", "HTTP://u:p@"]), HOSTS, PARTS)
def test_canonical_is_idempotent_and_only_ever_refuses_with_a_reason(scheme: str, name: str, rest: str) -> None:
    try:
        once = canonical(scheme + name + "/" + rest)
    except InputError:
        return
    assert canonical(once) == once
    parts = urlsplit(once)
    assert parts.hostname and once.isascii() and " " not in once and "@" not in parts.netloc
    assert same_site(once, scheme + name + "/" + rest)


@given(st.text(max_size=40))
def test_any_text_is_refused_or_read(text: str) -> None:
    for url in (text, "http://" + text, "https://ejemplo.pe/" + text):
        try:
            assert canonical(canonical(url)) == canonical(url)
        except InputError:
            assert not url.startswith("https://ejemplo.pe/")


def test_host_and_site() -> None:
    assert host("http://WWW.Ejemplo.com.pe:80/a") == "ejemplo.com.pe"
    assert site("https://lima.ejemplo.com.pe/a") == "ejemplo.com.pe"
    assert site("https://mininter.gob.pe/a") == "mininter.gob.pe"
    assert same_site("http://www.ejemplo.pe/a", "https://blog.ejemplo.pe/b")
    assert not same_site("https://mininter.gob.pe/a", "https://pcm.gob.pe/a")
    assert not same_site("https://uno.blogspot.com/a", "https://dos.blogspot.com/a")
    assert same_site("https://elcomercio-gestion-prod.cdn.arcpublishing.com/a", "https://gestion.pe/b")
    assert same_site("http://127.0.0.1:8001/a", "http://127.0.0.1:8001/b")
    assert not same_site("http://127.0.0.1:8001/a", "http://127.0.0.1:8002/a")
    assert not same_site("http://127.0.0.1/a", "http://127.0.0.2/a")


def names(**known: list[str]) -> Any:
    def resolve(name: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        if name.replace(".", "_") not in known:
            raise socket.gaierror("no such name")
        return [(None, None, None, "", (address, port)) for address in known[name.replace(".", "_")]]

    return resolve


RESOLVE = names(
    ejemplo_pe=["8.8.8.8"], trampa_pe=["8.8.8.8", "10.0.0.7"], localhost=["127.0.0.1"], seis_pe=["2001:4860:4860::8888"], nada_pe=[],
    mapa_pe=["::ffff:192.168.1.1"], local_pe=["fe80::1%eth0"],
)  # fmt: skip


def test_public_addresses_pass() -> None:
    assert check_public("https://ejemplo.pe/a", (), RESOLVE) == ("8.8.8.8",)
    assert check_public("http://8.8.4.4:8080/", (), RESOLVE) == ("8.8.4.4",)
    assert check_public("https://seis.pe/", (), RESOLVE) == ("2001:4860:4860::8888",)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://0/", "http://[::1]/",
     "http://[::ffff:127.0.0.1]/", "http://[::]/", "http://10.1.2.3/", "http://172.16.0.1/", "http://192.168.0.1/", "http://169.254.169.254/",
     "http://100.64.0.1/", "http://224.0.0.1/", "http://255.255.255.255/", "http://[fe80::1]/", "http://[fc00::1]/", "http://[64:ff9b::7f00:1]/",
     "http://[2002:7f00:1::]/", "http://[ff0e::1]/", "http://localhost/", "http://trampa.pe/", "https://mapa.pe/", "https://local.pe/", "http://127。0。0。1/",
     "http://①27.0.0.1/", "https://ana:clave@ejemplo.pe/", "https://ana@ejemplo.pe/", "ftp://ejemplo.pe/", "file:///etc/passwd", "http://%31%32%37.0.0.1/"],
)  # fmt: skip
def test_private_addresses_are_refused(url: str) -> None:
    with pytest.raises(InputError):
        check_public(url, (), RESOLVE)


def test_an_allowed_network_is_reached_and_no_other() -> None:
    allowed = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("fc00::/7"))
    assert check_public("http://localhost:5000/a", allowed, RESOLVE) == ("127.0.0.1",)
    assert check_public("http://127.9.9.9/a", allowed, RESOLVE) == ("127.9.9.9",)
    assert check_public("http://[fc00::5]/a", allowed, RESOLVE) == ("fc00::5",)
    with pytest.raises(InputError, match="PUTUTU_ALLOW_PRIVATE"):
        check_public("http://10.0.0.1/", allowed, RESOLVE)
    assert is_private("10.0.0.1", allowed) and not is_private("127.0.0.1", allowed)
    with pytest.raises(InputError):
        is_private("ejemplo.pe")


def test_a_name_that_does_not_resolve_is_tried_later() -> None:
    for url in ("https://no-existe.pe/", "https://nada.pe/"):
        with pytest.raises(UnavailableError):
            check_public(url, (), RESOLVE)


def test_error_does_not_show_the_password() -> None:
    with pytest.raises(InputError) as caught:
        check_public("https://ana:clave@ejemplo.pe/", (), RESOLVE)
    assert "clave" not in str(caught.value)
    with pytest.raises(InputError) as caught:
        canonical("https://ana:clave@ejemplo.pe:puerto/")
    assert "clave" not in str(caught.value)
