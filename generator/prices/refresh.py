"""Brings the price book up to date from AWS's price list files: all of it, or nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from generator.atomic import write_atomically
from generator.diagnostics import UserError
from generator.prices.book import ELSEWHERE, Price, load_book
from generator.prices.bulk import Attributes, Offer, address, fetch
from generator.prices.changes import Change, Kept, Refreshed
from generator.prices.choose import Found, RefusedError, choose
from generator.prices.offers import Offers, Wanted, load_offers

Row = tuple[str, str]  # key and region
NOT_ASKED = "its region was not asked for"


def _silent(_: str) -> None:
    """Say nothing."""


def refresh(
    book_file: Path, base: str, today: date, regions: Sequence[str] = (), say: Callable[[str], None] = _silent
) -> Refreshed:
    """Rewrite the book with the prices of AWS's offer files below `base`, and return what changed.

    Without `regions`, the whole book; with them, only their rows and those of no region, and the book keeps the day
    that it states: it is as old as its oldest part. `say` is told of each file before it is read. Raises UserError with
    every row whose price is not found exactly once; the book is then as it was.
    """
    load_book.cache_clear()
    rows = {(price.key, price.region): price for price in load_book(book_file).prices()}
    wanted, kept = _sorted_out(rows, load_offers(), regions)
    found = _found(wanted, base, say)
    document = json.loads(book_file.read_bytes())
    if not any(row.reason == NOT_ASKED for row in kept):
        document["generated"] = today.isoformat()
    for item in document["prices"]:
        if (item["key"], item["region"]) in found:
            item.update(_taken_over(item["usd"], *found[item["key"], item["region"]]))
    write_atomically(book_file, (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode())
    load_book.cache_clear()
    changes = [
        Change(item["key"], item["region"], item["unit"], rows[item["key"], item["region"]].usd, float(item["usd"]))
        for item in document["prices"]
        if (item["key"], item["region"]) in found
    ]
    return Refreshed(
        book_file, date.fromisoformat(document["generated"]),
        tuple(change for change in changes if change.new != change.old),
        tuple(change for change in changes if change.new == change.old), tuple(kept),
    )  # fmt: skip


def _sorted_out(
    rows: Mapping[Row, Price], offers: Offers, regions: Sequence[str]
) -> tuple[dict[tuple[str, str], list[Wanted]], list[Kept]]:
    """Return what is wanted of each offer file, by code and place, and the rows that stay as they are."""
    known = {region for _, region in rows} - set(ELSEWHERE)
    if unknown := sorted(set(regions) - known):
        raise UserError(
            f"the book has no prices of {', '.join(unknown)}", f"it has those of {', '.join(sorted(known))}"
        )
    wanted: dict[tuple[str, str], list[Wanted]] = defaultdict(list)
    kept, problems = [], []
    for key, region in rows:
        try:
            one = offers.find(key, region)
        except UserError as error:
            problems.append(f"{error.message}; {error.remedy}")
            continue
        if isinstance(one, str):
            kept.append(Kept(key, region, one))
        elif regions and region not in (*regions, *ELSEWHERE):
            kept.append(Kept(key, region, NOT_ASKED))
        else:
            wanted[one.offer, one.place].append(one)
    _refuse(problems)
    return wanted, kept


def _found(
    wanted: Mapping[tuple[str, str], Sequence[Wanted]], base: str, say: Callable[[str], None]
) -> dict[Row, tuple[Found, Offer, str]]:
    found: dict[Row, tuple[Found, Offer, str]] = {}
    problems = []
    for (code, place), rows in sorted(wanted.items()):
        url = address(base, code, place)
        say(f"reading {url}")
        usages = frozenset[str]().union(*(row.usages for row in rows))
        offer = fetch(url, code, partial(_one_of, usages), any(row.term for row in rows))
        for row in rows:
            try:
                found[row.key, row.region] = choose(row, offer), offer, place or "all regions"
            except RefusedError as error:
                problems.append(f"{row.key} in {row.region}: {code} {place or 'of all regions'}: {error}")
    _refuse(problems)
    return found


def _one_of(usages: frozenset[str], attributes: Attributes) -> bool:
    """Return whether a product is of a usage type that is wanted; which of them it is, its other attributes say."""
    return attributes.get("usagetype") in usages


def _refuse(problems: Sequence[str]) -> None:
    if problems:
        raise UserError(
            f"{len(problems)} prices are not to be had, so nothing was changed\n  " + "\n  ".join(problems),
            "correct what generator/prices/offers.yaml selects, or list the key there under by_hand with the reason",
        )


def _taken_over(old: float, price: Found, offer: Offer, place: str) -> dict[str, Any]:
    """Return the fields of a row that change; a price that is the same stays as it was written."""
    usd = int(price.usd) if price.usd == int(price.usd) else float(price.usd)
    return {
        "usd": old if Decimal(str(old)) == price.usd else usd,
        "as_of": offer.published.isoformat(),
        "source": [f"AWS Price List, {offer.code} {place}, version {offer.version}"],
        "status": "verified",
        "sku": price.usage,
    }
