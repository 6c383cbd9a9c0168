"""The price book: one price for each key and region, with unit, date, sources and status."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from generator.diagnostics import UserError

FILE = Path(__file__).with_name("book.json")
# Where a price holds that is of no region: at CloudFront's edge, and everywhere.
ELSEWHERE = ("edge", "global")
STATUS = ("verified", "derived", "recalled")
WARN_DAYS, FAIL_DAYS = 90, 365  # AWS changes some price most months, and few by much in a year


@dataclass(frozen=True, slots=True)
class Price:
    """A price: USD for one `unit` of what `key` names; `sku` is AWS's usage type or the row of its price list."""

    key: str
    region: str
    usd: float
    unit: str
    sku: str
    service: str
    as_of: str
    source: tuple[str, ...]
    status: str


@dataclass(frozen=True, slots=True)
class Book:
    """All prices, by key and region; `generated` is the day when they were gathered."""

    generated: date
    rows: dict[tuple[str, str], Price]

    def find(self, key: str, region: str) -> Price | None:
        """Return the price in a region, or that which holds everywhere; never another region's."""
        for place in (region, *ELSEWHERE):
            if (key, place) in self.rows:
                return self.rows[key, place]
        return None

    def prices(self) -> Iterator[Price]:
        """Yield all prices."""
        yield from self.rows.values()

    def age(self, today: date) -> str:
        """Return a warning if the book is old, "" if it is not. Raises UserError if it is too old to be used."""
        days = (today - self.generated).days
        if days > FAIL_DAYS:
            raise UserError(f"the price book is {days} days old", "gather the prices again; a year is the most")
        return f"the price book is {days} days old: prices may have changed" if days > WARN_DAYS else ""


@cache
def load_book(file: Path = FILE) -> Book:
    """Return the price book in a file. Raises UserError naming the file and the row that is wrong."""
    try:
        document = json.loads(file.read_bytes())
        generated = date.fromisoformat(document["generated"])
        items = list(document["prices"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise UserError(f"{file} is no price book: {error}", "take the one of the package") from None
    rows: dict[tuple[str, str], Price] = {}
    for number, item in enumerate(items, 1):
        price = _price(item, f"{file}, row {number}")
        if (price.key, price.region) in rows:
            raise UserError(f"{file}, row {number}: {price.key} in {price.region} is there twice", "leave one out")
        rows[price.key, price.region] = price
    return Book(generated, rows)


def _price(item: dict[str, Any], place: str) -> Price:
    try:
        price = Price(
            key=str(item["key"]), region=str(item["region"]), usd=float(item["usd"]), unit=str(item["unit"]),
            sku=str(item["sku"]), service=str(item["service"]), as_of=str(item["as_of"]),
            source=tuple(map(str, item["source"])), status=str(item["status"]),
        )  # fmt: skip
    except (LookupError, TypeError, ValueError) as error:
        raise UserError(
            f"{place} is no price: {error}", "give key, region, usd, unit, sku, service, as_of, source, status"
        ) from None
    if price.usd < 0 or price.status not in STATUS or not price.source:
        raise UserError(
            f"{place}: {price.key} has no price of 0 or more, no source, or an unknown status", "mend the row"
        )
    return price
