"""Offer files as AWS publishes them, made for a test, and a server that has them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

PUBLISHED = "2026-11-20T17:31:07Z"
VERSION = "20261120173107"
File = tuple[str, str]  # code and place
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True, slots=True)
class Price:
    """A price dimension."""

    usd: str
    unit: str
    begin: str = "0"
    end: str = "Inf"


def _dimension(sku: str, number: int, price: Price) -> dict[str, Any]:
    return {
        "rateCode": f"{sku}.JRTCKXETXF.{number:010}",
        "description": f"${price.usd} per {price.unit}",
        "beginRange": price.begin,
        "endRange": price.end,
        "unit": price.unit,
        "pricePerUnit": {"USD": price.usd},
        "appliesTo": [],
    }


@dataclass(slots=True)
class Files:
    """Products and terms by file; documents() is what is served."""

    products: dict[File, dict[str, Any]] = field(default_factory=dict)
    terms: dict[File, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def product(self, code: str, place: str, family: str, usage: str, attributes: dict[str, str]) -> str:
        """Add a product, once, and return its SKU."""
        named = {"servicecode": code, "regionCode": place, "usagetype": usage, **attributes}
        sku = sha256(json.dumps([code, place, family, named], sort_keys=True).encode()).hexdigest()[:16].upper()
        made: dict[str, Any] = {"sku": sku, "attributes": named}
        if family:
            made["productFamily"] = family
        self.products.setdefault((code, place), {})[sku] = made
        return sku

    def on_demand(self, code: str, place: str, sku: str, prices: Sequence[Price]) -> None:
        """Set the price on demand."""
        offer = f"{sku}.JRTCKXETXF"
        self._terms(code, place, "OnDemand")[sku] = {
            offer: {
                "offerTermCode": "JRTCKXETXF",
                "sku": sku,
                "effectiveDate": "2026-11-01T00:00:00Z",
                "priceDimensions": {f"{offer}.{n}": _dimension(sku, n, price) for n, price in enumerate(prices)},
                "termAttributes": {},
            }
        }

    def reserved(self, code: str, place: str, sku: str, length: str, option: str, hourly: str, upfront: str) -> None:
        """Set a commitment's price, among commitments that differ in one attribute each."""
        terms = self._terms(code, place, "Reserved").setdefault(sku, {})
        other = {"1yr": "3yr", "3yr": "1yr"}[length]
        for wanted, kind in (
            (True, (length, option, "standard")),
            (False, (other, option, "standard")),
            (False, (length, option, "convertible")),
            (False, (length, "Heavy Utilization", "standard")),
        ):
            name = f"{sku}.{'.'.join(kind).replace(' ', '')}"
            if not wanted and name in terms:
                continue
            terms[name] = {
                "offerTermCode": name[-10:],
                "sku": sku,
                "effectiveDate": "2026-11-01T00:00:00Z",
                "priceDimensions": {
                    f"{name}.hour": _dimension(sku, 1, Price(hourly if wanted else "888.0", "Hrs")),
                    f"{name}.fee": {"unit": "Quantity", "description": "Upfront Fee", "pricePerUnit": {"USD": upfront}},
                },
                "termAttributes": dict(
                    zip(("LeaseContractLength", "PurchaseOption", "OfferingClass"), kind, strict=True)
                ),
            }

    def _terms(self, code: str, place: str, kind: str) -> dict[str, Any]:
        return self.terms.setdefault((code, place), {}).setdefault(kind, {})

    def document(self, file: File) -> dict[str, Any]:
        """Return an offer file."""
        return {
            "formatVersion": "v1.0",
            "disclaimer": "This pricing list is for informational purposes only.",
            "offerCode": file[0],
            "version": VERSION,
            "publicationDate": PUBLISHED,
            "products": self.products[file],
            "terms": {**self.terms.get(file, {}), "attributesList": {}},
        }

    def answers(self) -> dict[str, bytes | Answer]:
        """Return all files by the path of their URL."""
        return {path(*file): json.dumps(self.document(file), indent=1).encode() for file in self.products}


def path(code: str, place: str) -> str:
    """Return the path of an offer file."""
    return f"/offers/v1.0/aws/{code}/current/{place + '/' if place else ''}index.json"


@contextmanager
def served(answers: dict[str, bytes | Answer]) -> Iterator[str]:
    """Serve files on loopback, gzipped where that is asked for; yields the base of their URLs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = answers.get(self.path)
            if answer is None:
                self.send_error(404)
            elif callable(answer):
                answer(self)
            else:
                zipped = "gzip" in self.headers.get("Accept-Encoding", "")
                body = gzip.compress(answer, 1) if zipped else answer
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                if zipped:
                    self.send_header("Content-Encoding", "gzip")
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
