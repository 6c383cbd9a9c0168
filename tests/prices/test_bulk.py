"""Offer files that break off, come late, come packed, or are none; and one that is large."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from pathlib import Path
from time import sleep

import pytest

from generator.diagnostics import UserError
from generator.prices import bulk
from tests.prices.files import PUBLISHED, VERSION, Answer, Files, Price, path, served

CODE, PLACE = "AmazonX", "us-east-1"
WANTED = "BoxUsage:x"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def body() -> bytes:
    files = Files()
    for number in range(2000):
        usage = WANTED if number == 1000 else f"BoxUsage:{number}"
        files.on_demand(CODE, PLACE, files.product(CODE, PLACE, "Compute Instance", usage, {}), [Price("0.1", "Hrs")])
    return json.dumps(files.document((CODE, PLACE))).encode()


BODY = body()
ROOT = Path(__file__).parents[2]


def fetched(answer: bytes | Answer, code: str = CODE) -> bulk.Offer:
    with served({path(code, PLACE): answer}) as base:
        return bulk.fetch(bulk.address(base, code, PLACE), code, lambda it: it["usagetype"] == WANTED, reserved=True)


def raw(content: bytes, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer with exactly this, and close."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def refused(answer: bytes | Answer) -> str:
    with pytest.raises(UserError) as caught:
        fetched(answer)
    assert path(CODE, PLACE) in caught.value.message
    assert caught.value.remedy
    return caught.value.message


@pytest.mark.parametrize("answer", [BODY, raw(BODY), raw(gzip.compress(BODY), Content_Encoding="gzip")])
def test_what_is_wanted_is_kept_and_nothing_else(answer: bytes | Answer) -> None:
    offer = fetched(answer)
    assert (offer.code, offer.version, offer.published.isoformat()) == (CODE, VERSION, PUBLISHED[:10])
    ((sku, attributes),) = offer.products.items()
    assert attributes["usagetype"] == WANTED
    assert attributes["productFamily"] == "Compute Instance"
    assert {kind: list(terms) for kind, terms in offer.terms.items()} == {"OnDemand": [sku], "Reserved": []}


@pytest.mark.parametrize("length", [0, 1, 200, len(BODY) // 4, len(BODY) // 2, len(BODY) - 1])
def test_a_file_that_breaks_off_is_refused(length: int) -> None:
    assert "cannot be read" in refused(raw(BODY[:length]))
    assert "cannot be read" in refused(raw(BODY[:length], Content_Length=str(len(BODY))))
    packed = gzip.compress(BODY)
    assert "cannot be read" in refused(raw(packed[: length * len(packed) // len(BODY)], Content_Encoding="gzip"))


@pytest.mark.parametrize(
    "content",
    [
        b"<html>busy</html>", b"{}", b"[]", b"null", BODY + b"{}", BODY.replace(b"v1.0", b"v2.0"), BODY[:5000] + b"@" + BODY[5000:],
        BODY.replace(PUBLISHED.encode(), b"yesterday"), BODY.replace(b'"attributes"', b'"attribute"'), BODY.replace(b'"version"', b'"was"'),
        b"\xff\xfe" + BODY,
    ],
)  # fmt: skip
def test_what_is_no_offer_file_is_refused(content: bytes) -> None:
    assert "cannot be read" in refused(content)


def test_broken_packing_is_refused() -> None:
    assert "cannot be read" in refused(raw(BODY, Content_Encoding="gzip"))
    packed = bytearray(gzip.compress(BODY))
    packed[len(packed) // 2] ^= 0xFF
    assert "cannot be read" in refused(raw(bytes(packed), Content_Encoding="gzip"))
    assert "br, which was not asked for" in refused(raw(BODY, Content_Encoding="br"))


@pytest.mark.parametrize("status", [204, 404, 403, 500, 503])
def test_another_status_is_refused(status: int) -> None:
    assert f"the answer is {status}" in refused(raw(b"", status))


def test_the_file_of_another_offer_is_refused() -> None:
    with pytest.raises(UserError, match="the offer file of AmazonX, not of AmazonY"):
        fetched(BODY, "AmazonY")


def test_silence_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def stalls(handler: BaseHTTPRequestHandler) -> None:
        raw(BODY[: len(BODY) // 2], Content_Length=str(len(BODY)))(handler)
        sleep(2)

    monkeypatch.setattr(bulk, "TIMEOUT_S", 0.2)
    assert "timed out" in refused(stalls)
    assert "timed out" in refused(lambda _: sleep(2))


def test_nobody_there_is_refused() -> None:
    with served({}) as base:
        pass
    with pytest.raises(UserError, match="refused"):
        bulk.fetch(bulk.address(base, CODE, PLACE), CODE, bool, reserved=False)


@pytest.mark.parametrize("base", ["file:///etc", "ftp://127.0.0.1", "example.com", "", "https://"])
def test_only_the_web(base: str) -> None:
    with pytest.raises(UserError, match="no address on the web"):
        bulk.fetch(bulk.address(base, CODE, PLACE), CODE, bool, reserved=False)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_sent_on_to_no_file(target: str) -> None:
    refused(raw(b"", 302, Location=target))


def test_sent_on_within_the_web() -> None:
    answers: dict[str, bytes | Answer] = {"/moved": BODY}
    answers[path(CODE, PLACE)] = raw(b"", 302, Location="/moved")
    with served(answers) as base:
        offer = bulk.fetch(bulk.address(base, CODE, PLACE), CODE, lambda it: it["usagetype"] == WANTED, reserved=False)
    assert len(offer.products) == 1


def test_from_https_to_http_is_less_safe() -> None:
    redirects = bulk._Redirects()
    request = bulk.urllib.request.Request("https://example.com/a")
    with pytest.raises(OSError, match="less safe"):
        redirects.redirect_request(request, BytesIO(), 302, "", {}, "http://example.com/a")


def test_addresses() -> None:
    assert bulk.address(bulk.BASE + "/", "AmazonRDS", "eu-west-1") == (
        "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonRDS/current/eu-west-1/index.json"
    )
    assert bulk.address("http://x", "AmazonRoute53", "") == "http://x/offers/v1.0/aws/AmazonRoute53/current/index.json"


def large(products: int) -> Iterator[bytes]:
    """Yield an offer file of about 2.3 kB for each product, in pieces."""
    head = {"formatVersion": "v1.0", "offerCode": CODE, "version": "1", "publicationDate": PUBLISHED}
    yield json.dumps(head)[:-1].encode() + b', "products": {'
    filler = {f"attribute{number}": "x" * 40 for number in range(20)}
    for number in range(products):
        usage = WANTED if number == products // 2 else f"BoxUsage:{number}"
        product = {"sku": f"S{number}", "productFamily": "P", "attributes": {"usagetype": usage, **filler}}
        yield b", " * (number > 0) + f'"S{number}": {json.dumps(product)}'.encode()
    price = {"unit": "Hrs", "beginRange": "0", "description": "x" * 300, "pricePerUnit": {"USD": "0.1"}}
    for opening in (b'}, "terms": {"OnDemand": {', b'}, "Reserved": {'):
        yield opening
        for number in range(products):
            term = {f"S{number}.T": {"priceDimensions": {"d": price}}}
            yield b", " * (number > 0) + f'"S{number}": {json.dumps(term)}'.encode()
    yield b"}}}"


READS = """
import resource, sys
from generator.prices import bulk
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
offer = bulk.fetch(sys.argv[1], sys.argv[2], lambda it: it["usagetype"] == sys.argv[3], reserved=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, *(len(terms) for terms in offer.terms.values()))
"""


def test_a_large_file_takes_little_memory() -> None:
    """Another process reads it: what this one holds would hide what is taken."""
    sent = 0

    def answer(handler: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        handler.send_response(200)
        handler.end_headers()
        for piece in large(28_000):
            sent += len(piece)
            handler.wfile.write(piece)

    with served({path(CODE, PLACE): answer}) as base:
        command = [sys.executable, "-c", READS, bulk.address(base, CODE, PLACE), CODE, WANTED]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, cwd=ROOT)
    taken_kb, *terms = map(int, done.stdout.split())
    assert sent > 60e6
    assert terms == [1, 1]
    assert taken_kb < 20_000


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    fetched(BODY)
    assert not list(tmp_path.iterdir())
