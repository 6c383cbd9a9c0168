"""The one price of an offer file that a row of the book takes over; anything but exactly one is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from generator.prices.bulk import ON_DEMAND, RESERVED, Attributes, Offer
from generator.prices.offers import PAID, Wanted

YEAR_H = 8760  # AWS's year of a commitment
UPFRONT = "quantity"  # the unit of an upfront fee
SHOWN = 5  # more products than this are not listed in a message


class RefusedError(Exception):
    """Not exactly one price: says what there is."""


@dataclass(frozen=True, slots=True)
class Found:
    """A price in USD for the book's unit, and the usage type that it is for."""

    usd: Decimal
    usage: str


def choose(wanted: Wanted, offer: Offer) -> Found:
    """Return the price that is wanted. Raises RefusedError if there is none, or more than one."""
    sku = _product(wanted, offer.products)
    kind = RESERVED if wanted.term else ON_DEMAND
    prices = _term(wanted, offer.terms.get(kind, {}).get(sku), f"SKU {sku}")
    usd = _effective(wanted, prices) if wanted.effective else _price(wanted, prices)
    if not usd:
        raise RefusedError("the price is 0: if that step is an allowance, select `from: paid`")
    return Found(usd * wanted.per, offer.products[sku]["usagetype"])


def _product(wanted: Wanted, products: Mapping[str, Attributes]) -> str:
    alike = {sku: it for sku, it in products.items() if it.get("usagetype") in wanted.usages}
    found = [sku for sku, it in alike.items() if wanted.matches(it)]
    if len(found) == 1:
        return found[0]
    if found:
        raise RefusedError(f"{len(found)} products match: " + _listed({sku: alike[sku] for sku in found}, {}))
    sought = ", ".join(
        [" or ".join(sorted(wanted.usages)), *(f"{name} {value}" for name, value in wanted.where.items())]
    )
    there = f"; with that usage type there is {_listed(alike, wanted.where)}" if alike else ""
    raise RefusedError(f"no product is {sought}{there}")


def _listed(products: Mapping[str, Attributes], where: Mapping[str, str]) -> str:
    """Name products, each with the attributes by which they differ from each other, or from what is sought."""
    names = where or {name for it in products.values() for name in it}
    shown = []
    for sku, it in list(products.items())[:SHOWN]:
        others = [where] if where else [other for other in products.values() if other is not it]
        apart = [f"{name} {it.get(name)}" for name in sorted(names) if any(it.get(name) != o.get(name) for o in others)]
        shown.append(
            f"SKU {sku} ({', '.join([it['usagetype'], *(text for text in apart if it['usagetype'] not in text)])})"
        )
    more = len(products) - SHOWN
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _term(wanted: Wanted, terms: object, place: str) -> Sequence[Mapping[str, Any]]:
    """Return the price dimensions of the one term."""
    try:
        found = [
            list(term["priceDimensions"].values())
            for term in (terms.values() if isinstance(terms, dict) else ())
            if all(term["termAttributes"].get(name) == value for name, value in wanted.term.items())
        ]
    except (LookupError, TypeError, AttributeError):
        raise RefusedError(f"{place} has a term without price dimensions or attributes") from None
    if any(not isinstance(it, dict) for dimensions in found for it in dimensions):
        raise RefusedError(f"{place} has a price dimension that is none")
    if len(found) != 1:
        kind = ", ".join(f"{name} {value}" for name, value in wanted.term.items()) or "on-demand"
        raise RefusedError(f"{place} has {len(found) or 'no'} terms that are {kind}")
    return found[0]


def _price(wanted: Wanted, dimensions: Sequence[Mapping[str, Any]]) -> Decimal:
    """Return the price of the step. A commitment's upfront fee is no step."""
    steps = [it for it in dimensions if not (wanted.term and _unit(it) == UPFRONT)]
    if wanted.begin == PAID:
        paid = [it for it in steps if _usd(it) > 0]
        first = min(map(_begin, paid), default=None)
        steps = [it for it in paid if _begin(it) == first]
    else:
        steps = [it for it in steps if _begin(it) == Decimal(wanted.begin)]
    if len(steps) != 1:
        begins = ", ".join(str(it.get("beginRange", 0)) for it in dimensions) or "nowhere"
        sought = "the first paid step" if wanted.begin == PAID else f"a step from {wanted.begin}"
        raise RefusedError(f"{len(steps) or 'no'} prices for {sought}; there are steps from {begins}")
    if _unit(steps[0]) not in wanted.units:
        raise RefusedError(f"the unit is {steps[0].get('unit')}, not {' or '.join(sorted(wanted.units))}")
    return _usd(steps[0])


def _effective(wanted: Wanted, dimensions: Sequence[Mapping[str, Any]]) -> Decimal:
    """Return the price of an hour with the upfront fee spread over the term, to a millionth of a dollar."""
    fees = [it for it in dimensions if _unit(it) == UPFRONT]
    if len(fees) != 1:
        raise RefusedError(f"{len(fees) or 'no'} upfront fees")
    hours = int(wanted.term["LeaseContractLength"].removesuffix("yr")) * YEAR_H
    all_of_it = len(dimensions) == 1 and wanted.term["PurchaseOption"] == "All Upfront"
    hourly = Decimal(0) if all_of_it else _price(wanted, dimensions)
    return (hourly + _usd(fees[0]) / hours).quantize(Decimal("0.000001"))


def _unit(dimension: Mapping[str, Any]) -> str:
    return str(dimension.get("unit", "")).casefold()


def _begin(dimension: Mapping[str, Any]) -> Decimal:
    return _number(dimension.get("beginRange", "0"), "where a step begins")


def _usd(dimension: Mapping[str, Any]) -> Decimal:
    price = dimension.get("pricePerUnit")
    if not isinstance(price, dict) or "USD" not in price:
        raise RefusedError("a price is not in USD")
    return _number(price["USD"], "the price")


def _number(text: object, what: str) -> Decimal:
    try:
        number = Decimal(str(text))
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or number < 0:
        raise RefusedError(f"{what} is {text}, not a number of 0 or more")
    return number
