"""A small proxy before an Elasticsearch node: TLS, passwords and keys, and every way in which a server can fail a client."""

import http.client
import http.server
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Fault = Literal["429", "503", "502", "slow", "reset", "lost", "403"]
HOP = ("connection", "transfer-encoding", "content-length", "keep-alive")


@dataclass
class Proxy:
    """Hands requests on to a node. `faults`: what befalls the next requests whose path holds `on`, in order; `seen`: paths."""

    node: str
    authorization: str = ""
    on: str = "_bulk"
    faults: list[Fault] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    before: Callable[["Proxy", str], None] = lambda proxy, path: None
    url: str = ""

    def requests(self, part: str) -> int:
        """How many requests had this in their path."""
        return sum(part in path for path in self.seen)


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    proxy: Proxy

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up, or does not like the certificate, is what the tests do."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _handle(self) -> None:
        proxy = self.server.proxy
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        proxy.seen.append(self.path)
        proxy.before(proxy, self.path)
        fault = proxy.faults.pop(0) if proxy.on in self.path and proxy.faults else None
        if proxy.on in self.path:
            proxy.bodies.append(body)
        if proxy.authorization and self.headers.get("authorization") != proxy.authorization:
            self._answer(401, b'{"error": {"type": "security_exception", "reason": "unable to authenticate"}}')
        elif fault in ("429", "502", "503"):
            self._answer(int(fault), b'{"error": {"type": "es_rejected_execution_exception", "reason": "busy"}}')
        elif fault == "403":
            self._answer(403, b'{"error": {"type": "security_exception", "reason": "action is unauthorized"}}')
        elif fault == "reset":
            self._reset()
        else:
            if fault == "slow":
                time.sleep(1.5)
            status, headers, answer = self._hand_on(body)
            if fault == "lost":  # the node has done it, the client never hears of it
                self._reset()
            else:
                self._answer(status, answer, headers)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _handle

    def _hand_on(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(self.server.proxy.node)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in (*HOP, "host", "authorization", "accept-encoding")}  # fmt: skip
        connection.request(self.command, self.path, body or None, headers)
        answer = connection.getresponse()
        read = answer.read()
        kept = {name: value for name, value in answer.getheaders() if name.lower() not in HOP}
        connection.close()
        return answer.status, kept, read

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {"content-type": "application/json", "X-Elastic-Product": "Elasticsearch"}).items():  # fmt: skip
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _reset(self) -> None:
        self.close_connection = True
        sock = self.connection
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()

    def log_message(self, *arguments: Any) -> None:
        """Quiet."""


class Running:
    """The proxy while it runs: `with Running(Proxy(node)) as proxy`. With `certificate` and `key` files it speaks TLS."""

    def __init__(self, proxy: Proxy, certificate: Path | None = None, key: Path | None = None, port: int = 0) -> None:
        self.proxy = proxy
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.proxy = proxy
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
            scheme = "https"
        proxy.url = f"{scheme}://localhost:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self.proxy

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def certificates(folder: Path) -> tuple[Path, Path, Path]:
    """An authority's certificate, a certificate for localhost that it signed, and its key, made for one day."""
    authority, server = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Autoridad de prueba")])
    made_by_itself = _certificate(issuer, issuer, authority.public_key(), authority, is_authority=True)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    signed = _certificate(subject, issuer, server.public_key(), authority, is_authority=False)
    files = folder / "ca.pem", folder / "server.pem", folder / "server.key"
    pem = serialization.Encoding.PEM
    files[0].write_bytes(made_by_itself.public_bytes(pem))
    files[1].write_bytes(signed.public_bytes(pem))
    files[2].write_bytes(
        server.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )  # fmt: skip
    return files


def _certificate(subject: x509.Name, issuer: x509.Name, key: Any, signer: Any, *, is_authority: bool) -> x509.Certificate:  # fmt: skip
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )  # fmt: skip
    if is_authority:
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
    else:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    return builder.sign(signer, hashes.SHA256())
