"""What is sent, to servers of a few lines on loopback: connections that are kept, redirects that are not followed, TLS."""

from __future__ import annotations

import socket
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from generator.calibrate.load import trial
from generator.calibrate.measure import measure, probe
from generator.calibrate.order import place_order
from generator.diagnostics import UserError


class Stub(ThreadingHTTPServer):
    """A server that counts connections and requests."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, status: int = 200, limit: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = status
        self.limit = limit
        self.seen: Counter[str] = Counter()
        self.headers: dict[str, str] = {}

    def handle_error(self, *_: object) -> None:
        """Say nothing of connections that the load has closed."""


class Handler(BaseHTTPRequestHandler):
    """Answers every request alike; closes a connection, without a word, after `limit` answers."""

    protocol_version = "HTTP/1.1"
    server: Stub

    def setup(self) -> None:
        super().setup()
        self.server.seen["connections"] += 1
        self.answers = 0

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen[f"{self.command} {self.path}"] += 1
        self.server.headers = dict(self.headers)
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")
        self.answers += 1
        self.close_connection = self.answers == self.server.limit

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(stub: Stub) -> Iterator[str]:
    thread = threading.Thread(target=stub.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{stub.server_port}"
    finally:
        stub.shutdown()
        thread.join()
        stub.server_close()


def test_connections_are_kept() -> None:
    stub = Stub()
    with served(stub) as url:
        found = trial(place_order(url, vcpu=2, seconds=2, concurrency=[4]), 4)
    assert stub.seen["connections"] == 4
    assert stub.seen["GET /"] >= found.step.requests > 4
    assert found.step.failed_share == 0


def test_a_connection_that_the_server_closed_is_no_failure() -> None:
    stub = Stub(limit=3)
    with served(stub) as url:
        found = trial(place_order(url, vcpu=2, seconds=2, concurrency=[2]), 2)
    assert stub.seen["connections"] > 4
    assert found.step.requests > 10
    assert found.step.failed_share == 0


def test_a_redirect_is_not_followed() -> None:
    stub = Stub(status=301)
    with served(stub) as url, pytest.raises(UserError, match="with 301") as raised:
        measure(url, vcpu=2, seconds=2, concurrency=[2])
    assert "X-Forwarded-Proto" in raised.value.remedy
    assert dict(stub.seen) == {"connections": 1, "GET /": 1}


def test_throttling_is_named() -> None:
    with served(Stub(status=429)) as url, pytest.raises(UserError, match="with 429") as raised:
        measure(url, vcpu=2, seconds=2, concurrency=[2])
    assert "throttling" in raised.value.remedy


def test_headers_and_bodies_are_sent() -> None:
    stub = Stub()
    with served(stub) as url:
        probe(place_order(url, ['POST /a/ {"b": 1}'], vcpu=2, headers=["Authorization: Token x", "Host: a.example"]))
    assert stub.seen["POST /a/"] == 1
    assert (stub.headers["Host"], stub.headers["Authorization"]) == ("a.example", "Token x")
    assert stub.headers["Content-Type"] == "application/json"


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    with served(Stub()) as url:
        probe(place_order(url, vcpu=2))


def test_nobody_listens(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(UserError, match=r"does not answer GET /: .*refused") as raised:
            measure(url, vcpu=2, seconds=2, concurrency=[2])
    assert "start the application" in raised.value.remedy


def test_who_answers_is_no_web_server() -> None:
    def speak() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"220 mail\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=speak)
        thread.start()
        with pytest.raises(UserError, match="does not answer"):
            measure(f"http://127.0.0.1:{listener.getsockname()[1]}", vcpu=2, seconds=2, concurrency=[2])
        thread.join()


def test_a_tasks_own_certificate_is_enough_on_loopback(tmp_path: Path) -> None:
    stub = Stub()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    stub.socket = context.wrap_socket(stub.socket, server_side=True)
    with served(stub) as url:
        order = place_order(url.replace("http:", "https:"), vcpu=2, seconds=2, concurrency=[2])
        probe(order)
        assert trial(order, 2).step.requests > 0


def certificate(folder: Path) -> Path:
    """Return a file with a key and a certificate of its own for the name `task`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "task")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / "task.pem"
    plain = serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file
