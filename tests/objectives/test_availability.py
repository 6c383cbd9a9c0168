"""Composites of SLAs as published, redundancy by hand, and what must hold for every system."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.diagnostics import UserError
from generator.objectives.availability import (
    Boot,
    Cache,
    Edge,
    Part,
    System,
    composite,
    journeys,
    minutes_down,
    part_of,
    promise,
)
from generator.objectives.redundancy import (
    YEAR_SECONDS,
    Events,
    Tasks,
    ZoneTasks,
    at_least,
    events_available,
    spread,
    survives_reclaim,
    survives_zone,
    tasks_available,
)
from generator.objectives.sla import commitment


def sla(key, **changes):
    return part_of(commitment(key), **changes)


SYSTEM = System(
    edge=Edge(sla("cloudfront"), hit_share=0.90),
    store=sla("s3.standard"),
    entry=sla("alb.multi_az"),
    compute=sla("fargate.region"),
    tasks=None,
    database=sla("rds.multi_az"),
    cache=Cache(sla("elasticache.multi_az")),
)
HARD = replace(SYSTEM, cache=Cache(sla("elasticache.multi_az"), "hard"))
SINGLE = replace(SYSTEM, cache=Cache(sla("elasticache.single_az"), "hard"))
ALL = replace(HARD, hard=(sla("s3.standard"), sla("secrets_manager"), sla("nat_gateway")))


def named(system):
    return {journey.name: journey for journey in journeys(system)}


@pytest.mark.parametrize(
    ("system", "percent", "minutes"),
    [
        (HARD, "99.820", 77.7),
        (replace(HARD, edge=None), "99.920", 34.6),
        (SYSTEM, "99.830", 73.4),
        (replace(SYSTEM, edge=None), "99.930", 30.2),
        (ALL, "99.521", 207),
        (SINGLE, "99.331", 289),
        (replace(SINGLE, edge=None), "99.430", 246),
    ],
)
def test_the_composites_of_slas(system, percent, minutes):
    for name in ("write", "uncached read", "cached read"):
        promised = named(system)[name].promised
        assert f"{100 * promised:.3f}" == percent
        assert minutes_down(promised) == pytest.approx(minutes, rel=0.005)


def test_cached_reads_with_expired_copies():
    journey = named(SYSTEM)["cached read"]
    assert f"{100 * journey.promised_if:.3f}" == "99.893"
    assert journey.conditions == ("the edge answers 90 % of them without the origin",)
    better = replace(SYSTEM, edge=Edge(sla("cloudfront", expected=0.9999, basis="measured"), 0.90))
    assert f"{100 * named(better)['cached read'].expected:.3f}" == "99.983"
    assert named(better)["cached read"].promised_if == journey.promised_if
    stale = named(replace(SYSTEM, edge=Edge(sla("cloudfront"), 0.90, stale_share=0.5)))["cached read"]
    assert stale.promised_if == pytest.approx(0.999 * (0.95 + 0.05 * 0.9993), abs=1e-6)
    fresh = named(replace(SYSTEM, edge=Edge(sla("cloudfront"), 0.90, stale_share=0.5, stale_if_error=False)))
    assert fresh["cached read"].promised_if == journey.promised_if


def test_static_files():
    journey = named(SYSTEM)["static file"]
    assert journey.promised == pytest.approx(0.999 * 0.999)
    assert journey.promised_if == pytest.approx(0.999 * (0.9 + 0.1 * 0.999))
    assert journey.left_out == ()
    assert "static file" not in named(replace(SYSTEM, store=None))


def test_an_optional_cache_is_a_second_way_for_reads_and_none_for_writes():
    system = replace(
        SYSTEM,
        edge=None,
        entry=sla("alb.multi_az", expected=1.0),
        compute=sla("fargate.region", expected=1.0),
        cache=Cache(sla("elasticache.multi_az", expected=0.99), hit_share=0.8),
        database=sla("rds.multi_az", expected=0.9),
    )
    assert named(system)["uncached read"].expected == pytest.approx(1 - (1 - 0.99 * 0.8) * 0.1)
    assert named(system)["write"].expected == pytest.approx(0.9)
    hard = named(replace(system, cache=replace(system.cache, need="hard")))
    assert hard["uncached read"].expected == pytest.approx(0.99 * (0.8 + 0.2 * 0.9))
    assert hard["write"].expected == pytest.approx(0.99 * 0.9)
    without = named(replace(system, cache=None))
    assert without["uncached read"].expected == without["write"].expected == pytest.approx(0.9)


def test_failovers_by_hand():
    few, many = Events("failover", 4, 60), Events("failover", 6, 120)  # 4 and 12 minutes a year
    assert f"{100 * events_available([few]):.3f}" == "99.999"
    assert f"{100 * events_available([many]):.3f}" == "99.998"
    part = Events("deployment that goes wrong", 12, 600, share=0.1)
    assert events_available([many, part]) == pytest.approx(1 - (720 + 720) / YEAR_SECONDS)
    assert str(part) == "deployment that goes wrong: 12 a year of 600 s, for 10 % of the requests"
    assert events_available([Events("never up", 1e9, 60)]) == 0
    down = named(replace(SYSTEM, failovers=(many,), own=(part,)))["write"]
    assert down.expected == pytest.approx(named(SYSTEM)["write"].expected * (1 - 720 / YEAR_SECONDS) ** 2)
    assert down.promised == named(SYSTEM)["write"].promised
    assert any("failover: 6 a year of 120 s" in text for text in down.assumptions)


def test_what_only_starting_tasks_need_is_left_out_with_its_reason():
    boot = (Boot(sla("secrets_manager"), "read when a task starts"), Boot(sla("ecr"), "pulled when a task starts"))
    found = named(replace(SYSTEM, boot=boot, replacing=0.02))
    assert found["write"].promised == named(SYSTEM)["write"].promised
    assert found["write"].expected == named(SYSTEM)["write"].expected
    assert [item.reason for item in found["write"].left_out] == ["read when a task starts", "pulled when a task starts"]
    assert found["write"].left_out[0].risk == pytest.approx(0.001 * 0.02)


def test_a_part_without_an_sla_carries_no_promise():
    bare = replace(SYSTEM, entry=Part("own proxy", None, 0.999, "none", "measured"))
    for name in ("cached read", "uncached read", "write"):
        assert named(bare)[name].promised is None
        assert named(bare)[name].promised_if is None
        assert named(bare)[name].expected > 0.99
    assert named(bare)["static file"].promised is not None
    assert promise([]) == composite([]) == 1


def test_k_of_n_by_hand():
    assert at_least(2, 3, 0.9) == pytest.approx(3 * 0.81 * 0.1 + 0.729)
    assert at_least(1, 2, 0.99) == pytest.approx(0.9999)
    assert at_least(0, 0, 0.5) == at_least(0, 3, 0.0) == 1
    assert at_least(4, 3, 1.0) == 0


def test_three_tasks_in_three_zones_of_which_two_are_needed():
    tasks = Tasks(spread(3, 0, 3), needed=2, zone=0.999, task=1.0)
    assert tasks_available(tasks) == pytest.approx(at_least(2, 3, 0.999))
    assert survives_zone(tasks)
    assert survives_reclaim(tasks)
    assert not survives_zone(replace(tasks, needed=3))
    one_zone = replace(tasks, zones=(ZoneTasks(3),))
    assert tasks_available(one_zone) == pytest.approx(0.999)


def test_spot_goes_all_at_once():
    mixed = Tasks(spread(1, 2, 3), needed=2, zone=1.0, task=1.0, spot=0.98)
    assert tasks_available(mixed) == pytest.approx(0.98)  # one on demand is left, and two are needed
    assert not survives_reclaim(mixed)
    base = replace(mixed, zones=spread(2, 1, 3))
    assert tasks_available(base) == 1
    assert survives_reclaim(base)
    assert str(mixed).startswith("2 of 3 tasks needed, 2 of them Spot, in 3 zones")


def test_tasks_are_spread_as_ecs_does():
    assert spread(3, 3, 3) == (ZoneTasks(1, 1), ZoneTasks(1, 1), ZoneTasks(1, 1))
    assert spread(2, 2, 3) == (ZoneTasks(1, 1), ZoneTasks(1, 0), ZoneTasks(0, 1))
    assert spread(5, 0, 2) == (ZoneTasks(3), ZoneTasks(2))


shares = st.floats(0, 1)
fleets = st.builds(
    lambda counts, needed, zone, task, spot: Tasks(
        tuple(ZoneTasks(*pair) for pair in counts), needed, zone, task, spot
    ),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=3),
    st.integers(0, 6),
    shares,
    shares,
    shares,
)


def enumerated(tasks):
    """The same probability, over every state of Spot, of each zone and of each task."""
    total = 0.0
    for spot, *zones in itertools.product((True, False), repeat=1 + len(tasks.zones)):
        weight = tasks.spot if spot else 1 - tasks.spot
        weight *= math.prod(tasks.zone if up else 1 - tasks.zone for up in zones)
        running = sum(
            held.on_demand + held.spot * spot for held, up in zip(tasks.zones, zones, strict=True) if up
        )  # fmt: skip
        for states in itertools.product((True, False), repeat=running):
            if sum(states) >= tasks.needed:
                total += weight * math.prod(tasks.task if up else 1 - tasks.task for up in states)
    return total


@given(fleets)
def test_tasks_against_every_state(tasks):
    assert tasks_available(tasks) == pytest.approx(enumerated(tasks), abs=1e-9)


@given(fleets, shares)
def test_more_is_never_less_available(tasks, share):
    found = tasks_available(tasks) - 1e-9
    first, *rest = tasks.zones
    assert tasks_available(replace(tasks, zones=(replace(first, on_demand=first.on_demand + 1), *rest))) >= found
    assert tasks_available(replace(tasks, zones=(*tasks.zones, ZoneTasks(1)))) >= found
    assert tasks_available(replace(tasks, needed=max(0, tasks.needed - 1))) >= found
    for name in ("zone", "task", "spot"):
        assert tasks_available(replace(tasks, **{name: max(share, getattr(tasks, name))})) >= found


parts = st.builds(Part, st.just("part"), st.none() | shares, shares, st.just("source"))
systems = st.builds(
    System,
    edge=st.none() | st.builds(Edge, parts, shares, shares, st.booleans()),
    store=st.none() | parts,
    entry=parts,
    compute=parts,
    tasks=st.none() | fleets,
    database=parts,
    failovers=st.just(()) | st.just((Events("failover", 6, 120),)),
    cache=st.none() | st.builds(Cache, parts, st.sampled_from(["optional", "hard"]), shares),
    hard=st.just(()) | st.tuples(parts),
    boot=st.just(()) | st.tuples(st.builds(Boot, parts, st.just("to start"))),
    replacing=shares,
)


@given(systems)
def test_nothing_is_promised_beyond_the_weakest_sla(system):
    for journey in journeys(system):
        assert 0 <= journey.expected <= 1
        given_slas = [part.promised for part in journey.parts]
        if None in given_slas:
            assert journey.promised is None
        else:
            assert journey.promised <= min(given_slas)
            assert journey.promised <= journey.promised_if + 1e-12
        if journey.promised_if is not None and system.edge is not None:
            assert journey.promised_if <= system.edge.part.promised + 1e-12
        if not journey.conditions:
            assert journey.promised_if == journey.promised


@given(systems, shares)
def test_a_better_part_makes_no_journey_worse(system, share):
    before = [journey.expected for journey in journeys(system)]
    better = [replace(system, database=replace(system.database, expected=max(share, system.database.expected)))]
    if system.edge is not None:
        hits = max(share, system.edge.hit_share)
        better.append(replace(system, edge=replace(system.edge, hit_share=hits)))
    if system.cache is not None:
        part = replace(system.cache.part, expected=max(share, system.cache.part.expected))
        better.append(replace(system, cache=replace(system.cache, part=part)))
    for other in better:
        for old, new in zip(before, journeys(other), strict=True):
            assert new.expected >= old - 1e-9


@given(systems)
def test_expected_figures_change_no_promise(system):
    worse = replace(system, entry=replace(system.entry, expected=0.0), failovers=(Events("failover", 100, 3600),))
    for before, after in zip(journeys(system), journeys(worse), strict=True):
        assert (before.promised, before.promised_if) == (after.promised, after.promised_if)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Part("x", 99.9, 0.9, "s"),
        lambda: Part("x", None, -0.1, "s"),
        lambda: Edge(sla("cloudfront"), 95),
        lambda: Edge(sla("cloudfront"), 0.9, 2),
        lambda: Cache(sla("elasticache.multi_az"), "maybe"),
        lambda: Cache(sla("elasticache.multi_az"), hit_share=80),
        lambda: replace(SYSTEM, replacing=2),
        lambda: Events("x", -1, 1),
        lambda: Events("x", 1, 1, 2),
        lambda: Tasks((), 1, 1, 1),
        lambda: Tasks((ZoneTasks(-1),), 1, 1, 1),
        lambda: Tasks((ZoneTasks(1),), 1, 99.9, 1),
        lambda: spread(1, 1, 0),
    ],
)
def test_what_is_no_share(make):
    with pytest.raises(UserError):
        make()
