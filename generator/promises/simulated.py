"""p95 by simulation: the closed form cross-checked, scaling that lags behind a step of the load, the loss of a zone.

In a span of time the promise is kept if 95 % of all requests that end in it were answered in time: one that failed was
not. The same system and seed give the same figures.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, replace

from generator.objectives.autoscaling import Scaling
from generator.objectives.simulation import Scenario, ZoneLoss, rank, responses
from generator.objectives.workload import Profile, Service, constant
from generator.promises.load import NETWORK, P95, moments, percentile_of
from generator.promises.system import System

SEED = 1
STEADY = ("busiest hour", "promised rate, scaled")
BATCHES, WARM_UP, BATCH = 10, 2, 20_000  # of a steady run: the p95 of each batch of requests is one observation
STUDENT = 2.262  # 97.5th percentile of Student's t with BATCHES - 1 degrees of freedom
BEFORE, AFTER = 300.0, 900.0  # seconds that are simulated before and after a step of the load
LOSS_AT, LOSS_AFTER = 60.0, 480.0  # the same of the loss of a zone
METRIC, FINE = 60.0, 15.0  # seconds of a data point: of what scaling looks at, and of the loss of a zone
ENOUGH, RUNS = 100_000, 500  # where fewer requests arrive, so many independent runs at most are pooled
AT_MOST, SHORTEST = 3_000_000, 480.0  # where more requests would arrive, `AFTER` is cut, but not below `SHORTEST`


@dataclass(frozen=True, slots=True)
class Reactions:
    """What a plan does when the load rises or a zone is lost: its scaling, None for none, and what a loss brings."""

    scaling: Scaling | None
    loss: ZoneLoss


@dataclass(frozen=True, slots=True)
class Steady:
    """p95 in seconds at one rate, by the closed form and by simulation; `error`: half of its 95 % interval."""

    rate: float
    tasks: int
    closed: float
    simulated: float
    error: float
    kept: bool

    @property
    def difference(self) -> float:
        """Return by which share the simulation is above the closed form; infinite where that never settles."""
        return math.inf if math.isinf(self.closed) else self.simulated / self.closed - 1


@dataclass(frozen=True, slots=True)
class Transient:
    """What comes of a sudden event until the end of what is simulated.

    Of the worst data points after it: `p95` in seconds of the answered requests, `failed` and `missed` as shares of
    all, the latter failed or late. `broken`: seconds from the event until the promise is kept again, 0 if it always is;
    `ended`: it was kept at the end. `rates` are before and after, `tasks` before, and the fewest and most after.
    """

    rates: tuple[float, float]
    p95: float
    failed: float
    missed: float
    broken: float
    ended: bool
    tasks: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Simulation:
    """All that was simulated of a promise; `promised` in seconds."""

    promised: float
    steady: dict[str, Steady]
    step: Transient
    loss: Transient
    reactions: Reactions
    seed: int


@dataclass(frozen=True, slots=True)
class _Moment:
    """A data point of all runs together."""

    end: float
    p95: float
    failed: float
    missed: float
    tasks: int


def simulation(system: System, how: Reactions, promised: float, seed: int = SEED) -> Simulation:
    """Simulate the steady moments, the step of the load, and the loss of a zone; `promised` in seconds."""
    at = moments(system)
    found = {
        name: steady(system, *at[name], promised, seed + number)
        for number, name in enumerate(STEADY)
        if at[name][0] > 0
    }
    return Simulation(
        promised, found, step(system, how.scaling, promised, seed), lose(system, how.loss, promised, seed), how, seed
    )


def steady(system: System, rate: float, tasks: int, promised: float, seed: int = SEED) -> Steady:
    """Return p95 at a rate above 0 that does not change, with tasks that do not either."""
    point = BATCH / rate
    scenario = replace(_scenario(system, tasks, seed), profile=constant(rate), point=point,
                       seconds=(WARM_UP + BATCHES) * point)  # fmt: skip
    batches = [found.p95 + NETWORK for found, _ in responses(scenario)][WARM_UP:][:BATCHES]
    error = STUDENT * statistics.stdev(batches) / math.sqrt(len(batches))
    mean = statistics.fmean(batches)
    return Steady(
        rate, tasks, percentile_of(system, rate, tasks, system.pace.service), mean, error, kept=mean <= promised
    )


def step(system: System, scaling: Scaling | None, promised: float, seed: int = SEED) -> Transient:
    """Return what comes of a step from the busiest hour, with the fewest tasks, to the promised rate."""
    before, tasks = moments(system)[STEADY[0]]
    after = max(before, moments(system)[STEADY[1]][0])
    seconds = max(SHORTEST, min(AFTER, AT_MOST / max(after, 1)))
    scenario = replace(_scenario(system, tasks, seed), scaling=scaling, seconds=BEFORE + seconds,
                       profile=Profile(((0.0, before), (BEFORE, after))), point=METRIC)  # fmt: skip
    return _transient(scenario, BEFORE, promised)


def lose(system: System, loss: ZoneLoss, promised: float, seed: int = SEED) -> Transient:
    """Return what comes of the loss of a zone at the busiest hour, with the fewest tasks and no scaling."""
    rate, tasks = moments(system)[STEADY[0]]
    scenario = replace(_scenario(system, tasks, seed), profile=constant(rate), point=FINE, loss=loss,
                       seconds=loss.at + LOSS_AFTER)  # fmt: skip
    return _transient(scenario, loss.at, promised)


def _scenario(system: System, tasks: int, seed: int) -> Scenario:
    """Return tasks with a server for each vCPU; on a part of a vCPU a request takes longer."""
    service = Service(system.pace.service / min(1.0, system.vcpu))
    return Scenario(constant(0), service, 1, max(1, tasks), max(1, math.floor(system.vcpu)), system.zones, seed=seed)


def _transient(scenario: Scenario, event: float, promised: float) -> Transient:
    after = [moment for moment in _pooled(scenario, promised) if moment.end > event]
    broken = [moment for moment in after if moment.missed > 1 - P95 + 1e-9]
    tasks = [moment.tasks for moment in after]
    return Transient(
        rates=(scenario.profile.steps[0][1], scenario.profile.steps[-1][1]),
        p95=max(moment.p95 for moment in after),
        failed=max(moment.failed for moment in after),
        missed=max(moment.missed for moment in after),
        broken=broken[-1].end - event if broken else 0.0,
        ended=not broken or broken[-1].end < after[-1].end,
        tasks=(scenario.tasks, min(tasks), max(tasks)),
    )


def _pooled(scenario: Scenario, promised: float) -> list[_Moment]:
    """Return the data points of as many runs as make enough requests, each run with a seed of its own."""
    expected = sum((end - begin) * rate for begin, end, rate in scenario.profile.pieces(0, scenario.seconds))
    runs = min(RUNS, max(1, math.ceil(ENOUGH / expected))) if expected else 1
    series = [responses(replace(scenario, seed=scenario.seed * RUNS + run)) for run in range(runs)]
    found = []
    for points in zip(*series, strict=True):
        times = sorted(time + NETWORK for _, answered in points for time in answered)
        failed = sum(point.failed for point, _ in points)
        late = sum(1 for time in times if time > promised)
        requests = max(1, len(times) + failed)
        tasks = points[0][0].tasks
        found.append(_Moment(points[0][0].end, rank(times, P95), failed / requests, (failed + late) / requests, tasks))
    return found
