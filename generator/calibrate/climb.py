"""Climbs the steps of concurrency until the throughput no longer grows, then tries the load that plans count on."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import replace

from generator.calibrate.client import NO_ANSWER
from generator.calibrate.load import Trial
from generator.calibrate.model import (
    CPU,
    FAILED,
    GROWTH,
    THROUGHPUT,
    UTILISATION,
    Machine,
    Measurement,
    Step,
    find_knee,
)
from generator.calibrate.order import Order
from generator.diagnostics import UserError

FEWEST = 50  # answers, below which a p95 is chance
FLAT = 2  # steps in a row without growth end the climb
ALONE = 0.2  # CPUs that others may use before it is worth a note
CHANCE = 3  # standard deviations of a count of random arrivals
OPEN = 32  # connections at least that an open loop may have waiting
Say = Callable[[str], None]
Try = Callable[[int, float | None], Trial]


def climb(order: Order, attempt: Try, say: Say) -> tuple[list[Trial], Trial]:
    """Return the trials of rising concurrency and the one at UTILISATION of the throughput at the knee."""
    trials: list[Trial] = []
    most, flat = 0.0, 0
    for connections in order.concurrency:
        found = attempt(connections, None)
        say(line(found.step))
        if found.step.failed_share > FAILED and not trials:
            raise _unsound(found)
        trials.append(found)
        if found.step.failed_share > FAILED:
            break
        flat = flat + 1 if found.step.rate < most * (1 + GROWTH) else 0
        most = max(most, found.step.rate)
        if flat == FLAT:
            break
    knee = find_knee([item.step for item in trials])
    _enough(knee, order)
    loaded = attempt(max(OPEN, 2 * knee.concurrency), knee.rate * UTILISATION)
    say(line(loaded.step) + f"  at {UTILISATION:.0%} of {knee.rate:.1f}/s")
    if loaded.step.failed_share > FAILED:
        raise _unsound(loaded)
    _enough(loaded.step, order)
    return trials, loaded


def line(step: Step) -> str:
    """Return a step as a line of text."""
    busy = "" if step.busy is None else f"  {step.busy:.2f} vCPU busy"
    failed = f"  {step.failed_share:.1%} failed" if step.failed_share else ""
    return (
        f"{step.concurrency:>4} connections {step.rate:>9.1f}/s  p50 {step.p50_ms:.1f}  p95 {step.p95_ms:.1f}  "
        f"p99 {step.p99_ms:.1f} ms  {step.requests} answers{busy}{failed}"
    )


def _unsound(found: Trial) -> UserError:
    status, count = found.statuses[0]
    number = int(status.split()[0])
    what = "had no answer" if number == NO_ANSWER else f"were answered with {number}"
    return UserError(
        f"{found.step.failed_share:.1%} of the requests failed at {found.step.concurrency} connections, most of them "
        f"{status.partition(' ')[2]}: {count} {what}",
        remedy(number),
    )


def _enough(step: Step, order: Order) -> None:
    if step.requests < FEWEST:
        raise UserError(
            f"{step.requests} answers in {step.seconds:.1f} s at {step.concurrency} connections say nothing; "
            f"{FEWEST} are the least",
            f"give more --seconds than {order.seconds:g}, more --requests than {order.requests}, or fewer steps",
        )


def judge(order: Order, trials: Sequence[Trial], loaded: Trial) -> Measurement:
    """Return the measurement with what to know before trusting it."""
    steps = tuple(item.step for item in trials)
    knee = find_knee(steps)
    if order.pid is not None and not knee.cpu_seconds:
        raise UserError(f"process {order.pid} used no CPU time while {order.target} answered",
                        "give --pid the server's first process, the parent of its workers")  # fmt: skip
    saturated = knee is not steps[-1]
    return Measurement(
        mix=tuple(replace(entry, body="") for entry in order.mix),  # it may be secret
        vcpu=order.vcpu,
        method=THROUGHPUT if order.pid is None else CPU,
        saturated=saturated,
        knee=knee,
        loaded=loaded.step,
        steps=steps,
        machine=Machine(os.cpu_count() or 1, platform.python_version(), f"{platform.system()} {platform.machine()}"),
        notes=tuple(_notes(order, trials, loaded, knee, saturated)),
    )


def _notes(order: Order, trials: Sequence[Trial], loaded: Trial, knee: Step, saturated: bool) -> list[str]:
    found = []
    if not saturated:
        found.append(f"the throughput still grew at {knee.concurrency} connections: the knee lies higher")
    if order.target.loopback and order.pid is None:
        found.append("load and server share this machine: the server carries more than was seen; --pid shows how much")
    if order.pid is not None and knee.busy is not None and knee.busy > order.vcpu * 1.1:
        found.append(f"the server used {knee.busy:.2f} vCPU, more than the {order.vcpu:g} it was said to have")
    if order.pid is not None and knee.busy is not None and knee.busy < order.vcpu * 0.7:
        found.append(
            f"the server kept {knee.busy:.2f} of {order.vcpu:g} vCPU busy at the knee: it waited, or others had it"
        )
    if (others := max(item.others for item in (*trials, loaded) if item.step in (knee, loaded.step))) > ALONE:
        found.append(f"other processes of this machine used {others:.2f} CPUs meanwhile: throughput and p95 suffered")
    asked = knee.rate * UTILISATION
    due = asked * loaded.step.seconds
    if loaded.step.requests < due - CHANCE * due**0.5:
        found.append(
            f"only {loaded.step.rate:.1f} of {asked:.1f} requests/s were answered: the p95 is that of a growing queue"
        )
    if any(item.strained for item in trials if item.step is knee):
        found.append("the processes that send the load were busy throughout: the server may carry more")
    if any(item.used_up for item in trials):
        found.append(f"--requests {order.requests} ended a step early")
    if any(item.step.failed_share > FAILED for item in trials):
        found.append(f"requests failed from {trials[-1].step.concurrency} connections on")
    return found


def remedy(status: int) -> str:
    """Return what to do about answers of `status`."""
    if 300 <= status < 400:
        return 'measure the path that it leads to; behind a load balancer add --header "X-Forwarded-Proto: https"'
    words = {
        NO_ANSWER: "look into the server's log",
        400: 'a host that Django does not allow answers 400: add --header "Host: ..." with one of ALLOWED_HOSTS',
        401: 'add --header "Authorization: ..."',
        403: 'add --header "Authorization: ..."',
        404: "mend the path",
        429: "the application limits requests: switch its throttling off for the measurement",
    }
    return words.get(status, "look into the server's log")
