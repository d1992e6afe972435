"""Our own SMTP: what a server may answer, and what we never do."""

import datetime
import ssl
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from alerts.channels import ChannelDownError, DeliveryError
from alerts.channels.mail import MailChannel, Server
from core.errors import SettingError

from .conftest import FreePort, Mailbox

LETTER = EmailMessage()
LETTER["Subject"] = "paro"
LETTER.set_content("hola")


@pytest.fixture
def serve():
    """Start servers with options of aiosmtpd; gives the mailbox and the port."""
    started = []

    def start(**options):
        box = Mailbox()
        started.append(FreePort(box, hostname="127.0.0.1", port=0, **options))
        started[-1].start()
        return box, started[-1].port

    yield start
    for controller in started:
        controller.stop()


@pytest.fixture
def certificate(tmp_path):
    """A certificate for 127.0.0.1 that nobody else trusts: (server context, its file)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.datetime.now(datetime.UTC)
    import ipaddress

    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(today - datetime.timedelta(days=1)).not_valid_after(
        today + datetime.timedelta(days=1)
    )
    signed = builder.add_extension(alternative, critical=False).sign(key, hashes.SHA256())
    file = tmp_path / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context, file


def only(user, password):
    def check(server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=good, handled=False)

    return check


def send(url, timeout=5.0):
    with MailChannel(url, "Pututu <pututu@example.org>", timeout) as channel:
        channel.send(LETTER, "ana@example.org")


def test_one_connection_carries_several(serve):
    box, port = serve()
    with MailChannel(f"smtp://127.0.0.1:{port}", "pututu@example.org") as channel:
        for _ in range(3):
            channel.send(LETTER, "ana@example.org")
    assert len(box.raw) == 3


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_user_and_password_are_url_decoded(serve):
    box, port = serve(authenticator=only("ana@x", "p:w/%ñ"), auth_require_tls=False, auth_required=True)
    send(f"smtp://ana%40x:p%3Aw%2F%25%C3%B1@127.0.0.1:{port}")
    assert len(box.raw) == 1


def test_a_wrong_password_is_told_without_the_password(serve):
    _, port = serve(authenticator=only("ana", "right"), auth_require_tls=False)
    with pytest.raises(ChannelDownError) as error:
        send(f"smtp://ana:secreto@127.0.0.1:{port}")
    assert "PUTUTU_SMTP" in error.value.mend and "secreto" not in str(error.value)


@pytest.mark.parametrize(("reply", "permanent"), [("550 no such person", True), ("450 later", False)])
def test_a_refusal_of_the_recipient_is_the_deliverys_own(serve, reply, permanent):
    box, port = serve()
    box.refuse["ana@example.org"] = reply
    with pytest.raises(DeliveryError, match=reply) as error:
        send(f"smtp://127.0.0.1:{port}")
    assert error.value.permanent is permanent


def test_421_is_the_channels(serve):
    box, port = serve()
    box.refuse["ana@example.org"] = "421 closing"
    with pytest.raises(ChannelDownError, match="421"):
        send(f"smtp://127.0.0.1:{port}")


@pytest.mark.parametrize(("reply", "permanent"), [("554 junk", True), ("451 later", False)])
def test_a_refusal_of_the_message(serve, reply, permanent):
    box, port = serve()
    box.data_reply = reply
    with pytest.raises(DeliveryError, match=reply) as error:
        send(f"smtp://127.0.0.1:{port}")
    assert error.value.permanent is permanent


def test_a_message_too_large_is_refused_for_good(serve):
    _, port = serve(data_size_limit=10)
    with pytest.raises(DeliveryError, match="large") as error:
        send(f"smtp://127.0.0.1:{port}")
    assert error.value.permanent


def test_nobody_there():
    with pytest.raises(ChannelDownError) as error:
        send("smtp://127.0.0.1:1")
    assert "deliver" in error.value.mend


def test_a_server_that_says_nothing_is_given_up(request):
    import socket

    silent = socket.create_server(("127.0.0.1", 0))
    request.addfinalizer(silent.close)
    with pytest.raises(ChannelDownError):
        send(f"smtp://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2)


def test_starttls_is_used_where_it_is_offered(serve, certificate, monkeypatch):
    context, file = certificate
    box, port = serve(tls_context=context, require_starttls=True)
    monkeypatch.setattr(Server, "loopback", False)
    with pytest.raises(ChannelDownError, match="certificate"):
        send(f"smtp://127.0.0.1:{port}")
    real = ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda *a, **k: real(*a, cafile=str(file), **k))
    send(f"smtp://127.0.0.1:{port}")
    assert len(box.raw) == 1


def test_smtps(serve, certificate, monkeypatch):
    context, file = certificate
    box = Mailbox()
    real = ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda *a, **k: real(*a, cafile=str(file), **k))
    controller = FreePort(box, hostname="127.0.0.1", port=0, ssl_context=context)
    controller.start()
    try:
        send(f"smtps://127.0.0.1:{controller.port}")
    finally:
        controller.stop()
    assert len(box.raw) == 1


def test_a_password_never_goes_out_in_the_clear(serve, monkeypatch):
    box, port = serve(authenticator=only("ana", "pw"), auth_require_tls=False)
    monkeypatch.setattr(Server, "loopback", False)
    with pytest.raises(ChannelDownError, match="smtps"):
        send(f"smtp://ana:pw@127.0.0.1:{port}")
    assert box.raw == []


def test_default_ports_and_bad_urls():
    assert (Server.of("smtp://host").port, Server.of("smtps://host").port) == (25, 465)
    for url in ("smtp://", "http://host", "smtp://host:99999", "smtp://[x"):
        with pytest.raises(SettingError):
            Server.of(url)


@pytest.mark.parametrize("sender", ["", "nobody", "a@", "@b", "ñ@example.org", "a@example.org\r\nBcc: b@example.org"])
def test_a_sender_that_is_no_address_is_a_wrong_setting(sender):
    with pytest.raises(SettingError, match="PUTUTU_MAIL_FROM"):
        MailChannel("smtp://127.0.0.1:1", sender)
