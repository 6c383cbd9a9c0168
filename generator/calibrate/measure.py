"""Measures a running application: asks once for each path, climbs, and computes the calibration."""

from __future__ import annotations

import http.client
from collections.abc import Sequence
from datetime import date

from generator.calibrate.client import NO_ANSWER, Load
from generator.calibrate.climb import Say, climb, judge, remedy
from generator.calibrate.cpu import cpu_seconds
from generator.calibrate.load import TIMEOUT, WARM, trial
from generator.calibrate.model import GROWTH, UTILISATION, Calibration, rated
from generator.calibrate.order import REQUESTS, SECONDS, STEPS, Order, place_order
from generator.diagnostics import UserError


def measure(
    url: str,
    paths: Sequence[str] = (),
    *,
    vcpu: float | None = None,
    seconds: float = SECONDS,
    requests: int = REQUESTS,
    concurrency: Sequence[int] = STEPS,
    pid: int | None = None,
    i_own: str = "",
    headers: Sequence[str] = (),
    say: Say = lambda _: None,
) -> Calibration:
    """Measure the running application at `url` and return what it carries; nothing is written.

    `paths`, `headers` and `vcpu` are as in `order.place_order`; `seconds` of load and `requests` are upper bounds;
    `pid` is the server's first process if it runs on this machine. `say` gets a line per step. Raises UserError for a
    host that is not the user's, a server that does not answer or not with 2xx, and samples too few to say anything.
    """
    order = place_order(
        url, paths, vcpu=vcpu, seconds=seconds, requests=requests, concurrency=concurrency, pid=pid, i_own=i_own,
        headers=headers,
    )  # fmt: skip
    if order.pid is not None:
        cpu_seconds(order.pid)
    probe(order)
    climbed, loaded = climb(order, lambda connections, rate: trial(order, connections, rate), say)
    measurement = judge(order, climbed, loaded)
    return rated(measurement, date.today(), describe(order))


def probe(order: Order) -> None:
    """Ask for each path once. Raises UserError if the server does not answer, or not with 2xx."""
    target = order.target
    load = Load({
        "mix": [(item.method, item.path, 1, item.body) for item in order.mix], "headers": order.headers, "rate": None,
        "seed": 0, "host": target.host, "port": target.port, "timeout": TIMEOUT, "secure": target.secure,
        "loopback": target.loopback,
    })  # fmt: skip
    for at, entry in enumerate(order.mix):
        status, why = _once(load, at)
        if status == NO_ANSWER:
            raise UserError(f"{target} does not answer {entry}: {why}", "start the application, or mend the URL")
        if not 200 <= status < 300:
            raise UserError(f"{target} answers {entry} with {status}", remedy(status))


def _once(load: Load, at: int) -> tuple[int, str]:
    connection = load.connection()
    try:
        return load.ask(connection, at), ""
    except (OSError, http.client.HTTPException) as error:
        return NO_ANSWER, str(error) or type(error).__name__
    finally:
        connection.close()


def describe(order: Order) -> str:
    """Return in a sentence how the figures are measured."""
    what = (
        "requests a second of the server's CPU time (its process and all its children, from /proc), because load and "
        "server share one machine"
        if order.pid is not None
        else f"requests a second divided by the server's {order.vcpu:g} vCPU"
    )
    return (
        f"closed loop over HTTP{'S' if order.target.secure else ''} with rising concurrency, "
        f"{order.slot:.1f} s a step, the first {WARM:.0%} left out; the knee is the least concurrency within "
        f"{GROWTH:.0%} of the highest throughput; the rate is {what}; p95 in an open loop of random arrivals at "
        f"{UTILISATION:.0%} of the knee's throughput, from the moment that a request was due"
    )
