"""The course of a blue-green deployment: pure functions of its plan, its state, the time and what is observed.

All times are emulated seconds since the deployment was created.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

MINUTE = 60.0
INSTALL_MINUTES = 5  # AWS waits 60 minutes for a replacement task set that does not become healthy

CREATED, READY, WAITING, TERMINATING = "Created", "Ready", "Waiting", "Terminating"
INSTALL, TEST_TRAFFIC, TRAFFIC, AFTER_TRAFFIC = "Install", "AllowTestTraffic", "AllowTraffic", "AfterAllowTraffic"
EVENTS = (
    "BeforeInstall",
    INSTALL,
    "AfterInstall",
    TEST_TRAFFIC,
    "AfterAllowTestTraffic",
    "BeforeAllowTraffic",
    TRAFFIC,
    AFTER_TRAFFIC,
)
OF_TEST = (TEST_TRAFFIC, "AfterAllowTestTraffic")
SECONDS = {CREATED: 5.0, INSTALL: MINUTE, TEST_TRAFFIC: 5.0, TERMINATING: 10.0}
HOOK_SECONDS = 1.0
SETTLE_SECONDS = 5.0

REFUSED = "ECS_UPDATE_ERROR"  # ECS never made the task set
SUCCEEDED, FAILED, STOPPED = "Succeeded", "Failed", "Stopped"


@dataclass(frozen=True)
class Shift:
    """How traffic moves: `first` percent at once, then `step` percent every `interval` minutes until it is 100."""

    first: int = 100
    step: int = 100
    interval: float = 0.0

    def weight(self, seconds: float) -> int:
        """Return the percentage that the replacement has after so many seconds."""
        if self.first >= 100:
            return 100
        steps = math.floor(seconds / (self.interval * MINUTE) + 1e-9) if self.interval else 100
        return min(100, self.first + steps * self.step)

    def seconds(self) -> float:
        """Return the time until all traffic has moved."""
        return math.ceil(max(0, 100 - self.first) / self.step) * self.interval * MINUTE


@dataclass(frozen=True)
class Plan:
    """What a deployment does; `ready_minutes` is None where it goes on by itself once the replacement is ready."""

    shift: Shift = Shift()
    test_route: bool = False
    ready_minutes: float | None = None
    wait_minutes: float = 0.0
    terminate: bool = True
    rollback: bool = False  # it takes another deployment back


@dataclass(frozen=True)
class End:
    """How and when a deployment ended, with AWS's error code and message where it did not succeed."""

    status: str
    at: float
    code: str = ""
    message: str = ""


@dataclass(frozen=True)
class State:
    """The phases entered so far with their times, the last time looked at, and the end."""

    entered: tuple[tuple[str, float], ...] = ((CREATED, 0.0),)
    seen: float = 0.0
    ended: End | None = None

    @property
    def phase(self) -> str:
        """Return the phase it is in, or was in when it ended."""
        return self.entered[-1][0]

    def since(self, phase: str) -> float | None:
        """Return when the phase began, or nothing."""
        return dict(self.entered).get(phase)


@dataclass(frozen=True)
class Observed:
    """What the world says, and has said since the last look: alarms that are on, and why no task can start."""

    alarms: tuple[str, ...] = ()
    gone: str = ""  # there is nothing left to deploy to
    refusal: str = ""  # ECS does not accept the task set
    unhealthy: str = ""  # its tasks do not start


@dataclass(frozen=True)
class Picture:
    """What the world shall look like at some point of a deployment. `green`: absent, pending or running."""

    green: str
    test: bool
    weight: int
    blue: bool = True


def phases(plan: Plan) -> list[str]:
    """Return the phases that a deployment of this plan goes through."""
    if plan.rollback:
        return [CREATED, TRAFFIC, TERMINATING]
    middle = [name for name in EVENTS if plan.test_route or name not in OF_TEST]
    if plan.ready_minutes is not None:
        middle.insert(middle.index("BeforeAllowTraffic"), READY)
    return [CREATED, *middle, WAITING, *([TERMINATING] if plan.terminate else [])]


def duration(plan: Plan, phase: str) -> float:
    """Return how long a phase takes where nothing goes wrong."""
    if phase == TRAFFIC:
        return (0.0 if plan.rollback else plan.shift.seconds()) + SETTLE_SECONDS
    if phase == READY:
        return (plan.ready_minutes or 0.0) * MINUTE
    if phase == WAITING:
        return plan.wait_minutes * MINUTE if plan.terminate else 0.0
    return SECONDS.get(phase, HOOK_SECONDS)


def advance(plan: Plan, state: State, now: float, observed: Observed) -> State:
    """Return the state at `now`, given what has been true since the state was last looked at."""
    if state.ended:
        return state
    if observed.alarms and not observed.gone and not plan.rollback:
        return end(state, STOPPED, state.seen, "ALARM_ACTIVE", _alarm_message(observed.alarms))
    if observed.gone:
        return end(state, FAILED, state.seen, "INVALID_ECS_SERVICE", observed.gone)
    while not state.ended:
        until = state.entered[-1][1] + duration(plan, state.phase)
        if state.phase == INSTALL:
            failed = _install(state, now, observed)
            if failed is not None:
                return replace(failed, seen=now)
            until = max(until, state.seen)  # later than planned only if the tasks could not start before
        if until > now:
            break
        state = _timed_out(state, until) if state.phase == READY else follow(plan, state, until)
    return replace(state, seen=max(state.seen, now))


def _install(state: State, now: float, observed: Observed) -> State | None:
    """Return the state of an installation that fails or does not get on, or nothing."""
    since = state.entered[-1][1]
    if observed.refusal:
        text = f"The ECS service cannot be updated due to an unexpected error: {observed.refusal}"
        return end(state, FAILED, since, REFUSED, text)
    if not observed.unhealthy:
        return None
    limit = since + INSTALL_MINUTES * MINUTE
    if now < limit:
        return state
    text = (
        "The deployment timed out while waiting for the replacement task set to become healthy. "
        f"This time out period is {INSTALL_MINUTES} minutes."
    )
    return end(state, FAILED, limit, "TIMEOUT", text)


def _timed_out(state: State, at: float) -> State:
    text = "The deployment was stopped because traffic was not rerouted within the wait time."
    return end(state, STOPPED, at, "TIMEOUT", text)


def _alarm_message(alarms: tuple[str, ...]) -> str:
    return (
        "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, "
        f"and the affected deployments have been stopped. Activated alarms: <{', '.join(alarms)}>"
    )


def follow(plan: Plan, state: State, at: float) -> State:
    """Return the state in the next phase, or ended after the last one."""
    order = phases(plan)
    index = order.index(state.phase) + 1
    if index == len(order):
        return end(state, SUCCEEDED, at)
    return replace(state, entered=(*state.entered, (order[index], at)))


def end(state: State, status: str, at: float, code: str = "", message: str = "") -> State:
    """Return the state ended."""
    return replace(state, ended=End(status, at, code, message))


def status(state: State) -> str:
    """Return the deployment's status as CodeDeploy names it."""
    if state.ended:
        return state.ended.status
    return {CREATED: "Created", READY: "Ready"}.get(state.phase, "InProgress")


def picture(plan: Plan, state: State, now: float) -> Picture:
    """Return what the world looks like at `now`."""
    done = state.ended is not None and state.ended.status == SUCCEEDED
    if plan.rollback:
        return Picture("absent" if done else "running", test=False, weight=0)
    order = phases(plan)
    reached = order.index(state.phase)
    weight, since = 0, state.since(TRAFFIC)
    if since is not None:
        weight = plan.shift.weight(min(now, state.ended.at if state.ended else now) - since)
    if done or state.since(AFTER_TRAFFIC) is not None:
        weight = 100
    installed = reached > order.index(INSTALL)
    green = "running" if installed else ("pending" if reached == order.index(INSTALL) else "absent")
    if state.ended and state.ended.code == REFUSED:
        green = "absent"
    test = plan.test_route and installed and reached >= order.index(TEST_TRAFFIC)
    return Picture(green, test, weight, blue=not (done and plan.terminate))


def events(plan: Plan, state: State) -> list[tuple[str, str, float | None, float | None]]:
    """Return every lifecycle event with its status, start and end."""
    starts = list(state.entered)
    ends = dict(zip([name for name, _ in starts], [at for _, at in starts[1:]], strict=False))
    found: list[tuple[str, str, float | None, float | None]] = []
    for name in EVENTS:
        start = state.since(name)
        if start is None:
            skipped = state.ended or name not in phases(plan)
            found.append((name, "Skipped" if skipped else "Pending", None, None))
        elif name in ends:
            found.append((name, "Succeeded", start, ends[name]))
        elif state.ended:
            status_then = {FAILED: "Failed", STOPPED: "Skipped"}.get(state.ended.status, "Succeeded")
            found.append((name, status_then, start, state.ended.at))
        else:
            found.append((name, "InProgress", start, None))
    return found
