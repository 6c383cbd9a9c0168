"""Which step and which part of a price is taken, and what selectors may say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from generator.diagnostics import UserError
from generator.prices.bulk import Offer
from generator.prices.choose import RefusedError, choose
from generator.prices.offers import FILE as SELECTORS
from generator.prices.offers import Wanted, load_offers
from tests.prices.catalogue import catalogue
from tests.prices.facts import facts
from tests.prices.files import Files, Price

FILE = ("AmazonX", "us-east-1")
WANTED = Wanted("x.hour", "us-east-1", *FILE, frozenset({"X"}), {}, frozenset({"hrs"}), 1, "0", {}, effective=False)
ALL_UPFRONT = {"LeaseContractLength": "3yr", "PurchaseOption": "All Upfront"}


def offer(files: Files, file: tuple[str, str] = FILE) -> Offer:
    products = {
        sku: {**it["attributes"], "productFamily": it.get("productFamily", "")}
        for sku, it in files.products[file].items()
    }
    return Offer(file[0], "1", date(2026, 11, 20), products, files.terms.get(file, {}))


def priced(*prices: Price) -> Offer:
    files = Files()
    files.on_demand(*FILE, files.product(*FILE, "", "X", {}), prices)
    return offer(files)


@pytest.mark.parametrize(
    ("begin", "steps", "usd"),
    [
        ("0", [("0", "0.3"), ("100", "0.2")], "0.3"),
        ("100", [("0", "0.3"), ("100", "0.2")], "0.2"),
        ("paid", [("0", "0.3"), ("100", "0.2")], "0.3"),
        ("paid", [("100", "0.2"), ("50", "0.3"), ("0", "0.0000000000")], "0.3"),
    ],
)
def test_the_step_that_counts(begin: str, steps: list[tuple[str, str]], usd: str) -> None:
    found = choose(replace(WANTED, begin=begin), priced(*(Price(price, "Hrs", at) for at, price in steps)))
    assert (found.usd, found.usage) == (Decimal(usd), "X")


@pytest.mark.parametrize(
    ("begin", "steps", "said"),
    [
        ("paid", [("0", "0")], "no prices for the first paid step; there are steps from 0"),
        ("paid", [("0", "0.1"), ("0", "0.2")], "2 prices for the first paid step"),
        ("0", [("0", "0.1"), ("0", "0.2")], "2 prices for a step from 0"),
        ("0", [("0", "0.0000000000"), ("5", "0.1")], "the price is 0: if that step is an allowance"),
        ("0", [("x", "0.1")], "where a step begins is x, not a number"),
        ("0", [], "no prices for a step from 0; there are steps from nowhere"),
    ],
)
def test_no_step_or_several(begin: str, steps: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        choose(replace(WANTED, begin=begin), priced(*(Price(price, "Hrs", at) for at, price in steps)))


def test_a_price_of_many_is_exact() -> None:
    assert choose(replace(WANTED, per=1000000), priced(Price("0.0000004000", "hrs"))).usd == Decimal("0.4")


def test_all_upfront_may_have_no_hourly_part() -> None:
    files = Files()
    sku = files.product(*FILE, "", "X", {})
    files.reserved(*FILE, sku, "3yr", "All Upfront", "0.0000000000", "2628")
    wanted = replace(WANTED, term={**ALL_UPFRONT, "OfferingClass": "standard"}, effective=True)
    assert choose(wanted, offer(files)).usd == Decimal("0.1")
    for term in files.terms[FILE]["Reserved"][sku].values():
        term["priceDimensions"] = {name: it for name, it in term["priceDimensions"].items() if name.endswith("fee")}
    assert choose(wanted, offer(files)).usd == Decimal("0.1")


# Attributes without which one of another kind would be taken; those of AWS's files that only confirm are not among them.
NEEDED = {
    "databaseEngine",
    "cacheEngine",
    "tenancy",
    "preInstalledSw",
    "capacitystatus",
    "volumeType",
    "routingType",
    "locationType",
}


def test_each_filter_has_a_product_that_it_keeps_out() -> None:
    files, _ = catalogue()
    offers = {file: offer(files, file) for file in files.products}
    kept_out = set()
    for fact in facts():
        wanted = load_offers().find(fact.key, fact.region)
        assert isinstance(wanted, Wanted)
        for name in wanted.where:
            looser = replace(wanted, where={other: value for other, value in wanted.where.items() if other != name})
            try:
                choose(looser, offers[wanted.offer, wanted.place])
            except RefusedError:
                kept_out.add(name)
    assert kept_out >= NEEDED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("selectors:", "selectors: 3 #"),
        ("    unit: [hours, GB-Hours]\n", ""),
        ("    offer: AWSELB", "    offers: AWSELB"),
        ("    from: 1000\n", "    from: later\n"),
        ("by_hand:", "by_foot:"),
    ],
)
def test_selectors_that_are_none(tmp_path: Path, old: str, new: str) -> None:
    file = tmp_path / "offers.yaml"
    text = SELECTORS.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(UserError, match="does not say where prices are"):
        load_offers(file)
