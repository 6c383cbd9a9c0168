"""What may be measured: this machine, or a host that the user says is theirs; and everything within bounds."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from generator.calibrate.model import Entry
from generator.calibrate.order import is_loopback, place_order, read_steps
from generator.calibrate.run import run
from generator.diagnostics import UserError


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail the test as soon as anything is looked up or connected to."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something was sent")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize("url", [
    "http://www.example.com/", "https://example.com", "http://10.0.0.1/", "http://192.0.2.7:8000/", "http://[2001:db8::1]/",
    "http://0.0.0.0:8000/", "http://127.0.0.1.example.com/", "http://localhost.example.com/", "http://127.1/",
    "http://2130706433/", "http://[::ffff:192.0.2.1]/",
])  # fmt: skip
def test_a_foreign_host_is_refused_before_anything_is_sent(url: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not this machine") as raised:
        run(url, tmp_path / "calibration.yaml", vcpu=2)
    assert "--i-own" in raised.value.remedy
    assert not list(tmp_path.iterdir())


def test_nobody_sees_the_vcpu_of_another_machine() -> None:
    assert place_order("http://127.0.0.1/").vcpu == os.cpu_count()
    with pytest.raises(UserError, match=r"how many vCPU example\.com has") as raised:
        place_order("http://example.com/", i_own="example.com")
    assert "--vcpu" in raised.value.remedy


def test_steps_are_numbers() -> None:
    assert read_steps("1,2, 8") == (1, 2, 8)
    for text in ("", "1,", "two", "1.5", "1;2"):
        with pytest.raises(UserError, match="no steps"):
            read_steps(text)


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize("url", ["http://127.0.0.1@example.com/", "http://me:secret@127.0.0.1/"])
def test_a_url_with_a_user_is_refused(url: str) -> None:
    with pytest.raises(UserError, match="user name or password") as raised:
        place_order(url, vcpu=2)
    assert "secret" not in raised.value.render()


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize(("url", "owned"), [
    ("https://staging.example.com/api/", "staging.example.com"), ("http://STAGING.example.com", "Staging.Example.Com"),
    ("http://[2001:db8::1]/", "[2001:db8::1]"),
])  # fmt: skip
def test_a_host_that_the_user_owns_is_accepted_by_its_exact_name(url: str, owned: str) -> None:
    assert not place_order(url, vcpu=2, i_own=owned).target.loopback
    for other in ("", "example.com", f"www.{owned}", f"{owned}x"):
        with pytest.raises(UserError, match="is not this machine"):
            place_order(url, vcpu=2, i_own=other)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_loopback_needs_no_word_from_its_owner(host: str) -> None:
    assert is_loopback(host)
    shown = f"[{host}]" if ":" in host else host
    assert str(place_order(f"http://{shown}:81/", vcpu=2).target) == f"http://{shown}:81"


def test_localhost_that_means_another_machine_is_foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in ("127.0.0.1", "192.0.2.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert not is_loopback("localhost")


def test_a_process_of_this_machine_says_nothing_of_another() -> None:
    with pytest.raises(UserError, match="process 7 is on this machine"):
        place_order("http://example.com/", vcpu=2, i_own="example.com", pid=7)


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://127.0.0.1/", "http://", "file:///etc", "http://127.0.0.1:x/",
                                 "http://127.0.0.1:0/", "http://[::1/"])  # fmt: skip
def test_what_is_no_url_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(UserError, match="is no"):
        place_order(url, vcpu=2)


@pytest.mark.parametrize(("text", "entry"), [
    ("/a/", Entry("GET", "/a/")),
    ("3 /a/?page=2", Entry("GET", "/a/?page=2", 3)),
    ("HEAD /a/", Entry("HEAD", "/a/")),
    ('0.5 PUT /a/ {"b": [1, 2]}', Entry("PUT", "/a/", 0.5, '{"b": [1, 2]}')),
    ('/a/ {"b": 1}', Entry("POST", "/a/", 1, '{"b": 1}')),
])  # fmt: skip
def test_a_path_may_say_weight_method_and_body(text: str, entry: Entry) -> None:
    assert place_order("http://127.0.0.1/", [text], vcpu=2).mix == (entry,)


def test_without_paths_the_one_of_the_url_is_measured() -> None:
    assert place_order("http://127.0.0.1/api/?a=1", vcpu=2).mix == (Entry("GET", "/api/?a=1"),)
    assert place_order("http://127.0.0.1", vcpu=2).mix == (Entry("GET", "/"),)
    with pytest.raises(UserError, match="both"):
        place_order("http://127.0.0.1/api/", ["/other/"], vcpu=2)


@pytest.mark.parametrize(
    "text", ["", "a/", "GET", "x /a/", "/a b/", "-1 /a/", "DELETE /a/", "0 /a/", "/ä/", "/a\r\nX: y", "/a/ {b: 1}"]
)
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        place_order("http://127.0.0.1/", [text], vcpu=2)


def test_a_header_is_a_name_and_a_value() -> None:
    assert place_order("http://127.0.0.1/", vcpu=2, headers=["Host: a.b"]).headers == (("Host", "a.b"),)
    for line in ("Host", ": x", "A B: c", "A: b\r\nC: d"):
        with pytest.raises(UserError, match="header"):
            place_order("http://127.0.0.1/", vcpu=2, headers=[line])


@pytest.mark.parametrize(("given", "fault"), [
    ({"vcpu": 0}, "0 vCPU"), ({"vcpu": float("nan")}, "nan vCPU"), ({"concurrency": []}, "none"),
    ({"concurrency": [1, 4, 2]}, "1, 4, 2"), ({"concurrency": [0, 1]}, "0, 1"), ({"concurrency": [1000]}, "1000"),
    ({"seconds": 3}, "cannot be shared by 8 steps"), ({"seconds": 1e9}, "cannot be shared"),
    ({"seconds": float("inf")}, "cannot be shared"), ({"requests": 7}, "cannot be shared by 8 steps"),
])  # fmt: skip
def test_a_measurement_is_bounded(given: dict[str, object], fault: str) -> None:
    with pytest.raises(UserError, match=fault):
        place_order("http://127.0.0.1/", **{"vcpu": 2.0, **given})  # type: ignore[arg-type]
