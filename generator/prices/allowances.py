"""What an account has free each month, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from generator.prices.book import Price

FILE = Path(__file__).with_name("allowances.yaml")


@dataclass(frozen=True, slots=True)
class Allowance:
    """An amount of what `key` prices that is free for an account each month."""

    key: str
    free: float
    source: str
    status: str


@cache
def allowances() -> Mapping[str, Allowance]:
    """Return the free amounts, by the key of the price."""
    rows: dict[str, dict[str, str]] = yaml.safe_load(FILE.read_bytes())
    return {key: Allowance(key, float(row["free"]), row["source"], row["status"]) for key, row in rows.items()}


def charge(quantity: float, price: Price, allowance: Allowance | None) -> float:
    """Return what an account pays in USD for all that it uses of something in a month."""
    free = allowance.free if allowance else 0.0
    return max(0.0, quantity - free) * price.usd
