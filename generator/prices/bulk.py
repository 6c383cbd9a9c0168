"""AWS's public price list files, read as they arrive: some have gigabytes, and a handful of rows of each is wanted.

The form of the files: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-services.html
"""

from __future__ import annotations

import gzip
import ssl
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from http.client import HTTPException
from typing import IO, Any, Protocol
from urllib.parse import urlsplit

import ijson  # type: ignore[import-untyped]

from generator.diagnostics import UserError

BASE = "https://pricing.us-east-1.amazonaws.com"
TIMEOUT_S = 60  # without a byte
CHUNK = 1 << 16
SCHEMES = ("http", "https")
ON_DEMAND, RESERVED = "OnDemand", "Reserved"
AGAIN = "run the refresh again; nothing was changed"

Attributes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Offer:
    """What was kept of an offer file: attributes and terms by SKU; `productFamily` is among the attributes."""

    code: str
    version: str
    published: date
    products: Mapping[str, Attributes]
    terms: Mapping[str, Mapping[str, Mapping[str, Any]]]


class Source(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""


def address(base: str, code: str, place: str) -> str:
    """Return the URL of an offer file: of a region, or, for a place of "", of all regions."""
    return "/".join(
        part for part in (base.rstrip("/"), "offers/v1.0/aws", code, "current", place, "index.json") if part
    )


def fetch(url: str, code: str, keep: Callable[[Attributes], bool], reserved: bool) -> Offer:
    """Return the products of an offer file that `keep` is true for, with their terms.

    Raises UserError if the file cannot be had, breaks off, or is not the offer's.
    """
    if urlsplit(url).scheme not in SCHEMES or not urlsplit(url).hostname:
        raise UserError(f"{url} is no address on the web", "let the base be https://... or http://...")
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})  # noqa: S310 - the scheme was looked at
    try:
        with _opener().open(request, timeout=TIMEOUT_S) as response:
            if response.status != 200:
                raise UserError(f"{url}: the answer is {response.status}, not 200", AGAIN)
            offer = read_offer(_plain(response), keep, reserved)
    except urllib.error.HTTPError as error:
        error.close()
        raise UserError(f"{url}: the answer is {error.code} {error.reason}", AGAIN) from None
    except (OSError, EOFError, HTTPException, zlib.error, ValueError) as error:
        raise UserError(f"{url} cannot be read: {error or type(error).__name__}", AGAIN) from None
    if offer.code != code:
        raise UserError(f"{url} is the offer file of {offer.code}, not of {code}", "check the base")
    return offer


def read_offer(source: Source, keep: Callable[[Attributes], bool], reserved: bool) -> Offer:
    """Return the kept products of an offer file. Raises ValueError if it is no offer file, or not a whole one.

    Products come before terms in these files: one pass is enough.
    """
    kinds = [ON_DEMAND, RESERVED] if reserved else [ON_DEMAND]
    sinks: dict[str, Any] = {
        prefix: ijson.sendable_list() for prefix in ["products", *(f"terms.{kind}" for kind in kinds)]
    }
    parsers = [ijson.kvitems_coro(sink, prefix) for prefix, sink in sinks.items()]
    products: dict[str, Attributes] = {}
    terms: dict[str, dict[str, Mapping[str, Any]]] = {kind: {} for kind in kinds}
    try:
        chunk = source.read(CHUNK)
        head = _head(chunk)
        while chunk:
            for parser in parsers:
                parser.send(chunk)
            products.update((sku, it) for sku, value in _drained(sinks["products"]) if keep(it := _attributes(value)))
            for kind in kinds:
                terms[kind].update((sku, value) for sku, value in _drained(sinks[f"terms.{kind}"]) if sku in products)
            chunk = source.read(CHUNK)
        for parser in parsers:
            parser.close()
    except ijson.JSONError as error:
        raise ValueError(f"it breaks off, or is no JSON: {error}") from None
    return Offer(head["offerCode"], head["version"], date.fromisoformat(head["publicationDate"][:10]), products, terms)


def _drained(sink: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    got = sink[:]
    sink.clear()
    return got


def _head(chunk: bytes) -> dict[str, str]:
    """Return the members before the products; they are short, so all are in the first chunk."""
    events: Any = ijson.sendable_list()
    parser = ijson.parse_coro(events)
    parser.send(chunk)
    head = {prefix: value for prefix, event, value in events if event == "string" and prefix}
    missing = {"formatVersion", "offerCode", "version", "publicationDate"} - set(head)
    if missing or head["formatVersion"] != "v1.0":
        raise ValueError(
            "it is no offer file of format v1.0: " + (f"no {min(missing)}" if missing else head["formatVersion"])
        )
    return head


def _attributes(product: object) -> dict[str, str]:
    attributes = product.get("attributes") if isinstance(product, dict) else None
    if not isinstance(product, dict) or not isinstance(attributes, dict):
        raise ValueError("a product of it has no attributes")
    named = {**attributes, "productFamily": product.get("productFamily", "")}
    return {name: value for name, value in named.items() if isinstance(value, str)}


def _plain(response: Any) -> Source:
    encoding = response.headers.get("Content-Encoding", "identity")
    if encoding not in ("gzip", "identity"):
        raise ValueError(f"it comes as {encoding}, which was not asked for")
    plain: Source = gzip.GzipFile(fileobj=response) if encoding == "gzip" else response
    return plain


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect from https to http."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if urlsplit(newurl).scheme not in SCHEMES[SCHEMES.index(req.type) :]:
            fp.close()
            raise urllib.error.URLError(f"it was sent on to {newurl}, which is less safe")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@cache  # the certificates take a while to load
def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.HTTPSHandler(context=ssl.create_default_context()), _Redirects())
