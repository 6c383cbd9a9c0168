"""What a row of the table is: a title, assertions on the plan, and beside each what takes the feature out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.features.mutation import Mutation
from tests.features.reading import Reading


@dataclass(frozen=True)
class Tier:
    """The figures of a tier that a plan shows."""

    name: str
    budget_usd: int
    p95_ms: int
    error_percent: float
    tasks: int
    most_tasks: int
    on_demand_tasks: int
    database_class: str
    cache_class: str
    cache_nodes: int
    backup_days: int
    snapshot_days: int
    price_class: str
    traffic: str


TIERS = {
    tier.name: tier
    for tier in (
        Tier(
            name="tier1", budget_usd=255, p95_ms=200, error_percent=1.44,
            tasks=3, most_tasks=9, on_demand_tasks=2,
            database_class="db.t4g.medium", cache_class="cache.t4g.micro", cache_nodes=2,
            backup_days=7, snapshot_days=7,
            price_class="PriceClass_100", traffic="CodeDeployDefault.ECSCanary10Percent5Minutes",
        ),
        Tier(
            name="tier2", budget_usd=775, p95_ms=100, error_percent=0.144,
            tasks=6, most_tasks=24, on_demand_tasks=3,
            database_class="db.t4g.large", cache_class="cache.t4g.small", cache_nodes=3,
            backup_days=14, snapshot_days=14,
            price_class="PriceClass_200", traffic="CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
        ),
    )
}  # fmt: skip

Check = Callable[[Reading, Tier], None]


@dataclass(frozen=True)
class Assertion:
    """A check that fails when its feature is not in the plan, and the mutations that prove that it does."""

    name: str
    check: Check
    mutations: tuple[Mutation, ...]
    tiers: tuple[str, ...]


@dataclass
class Row:
    """A row of the architecture; absent says, by tier, why the architecture has it not there.

    `apart` links to what proves a row that no single assertion on a plan can.
    """

    title: str
    absent: dict[str, str] = field(default_factory=dict)
    apart: str = ""
    assertions: list[Assertion] = field(default_factory=list)

    def proves(
        self, *mutations: Mutation, only: str | None = None, name: str | None = None
    ) -> Callable[[Check], Check]:
        """Register an assertion, with what takes its feature out; only names the one tier that has it."""

        def register(check: Check) -> Check:
            title = name or check.__name__.replace("_", " ")
            self.assertions.append(Assertion(title, check, mutations, (only,) if only else tuple(TIERS)))
            return check

        return register

    def of(self, tier: str) -> list[Assertion]:
        """Return the assertions that hold for a tier."""
        return [assertion for assertion in self.assertions if tier in assertion.tiers]

    def cell(self, tier: str) -> str:
        """Return what the README's table says of this row and tier."""
        if self.of(tier):
            return "yes"
        if self.apart:
            return f"yes, {self.apart}"
        return f"\N{EN DASH} {self.absent[tier]}" if tier in self.absent else "not yet"
