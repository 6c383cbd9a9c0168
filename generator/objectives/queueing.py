"""Waiting in closed form: M/M/c, which is Poisson arrivals, exponential service times, and c servers with one queue.

Formulas are Erlang's (1917), as in any textbook of queueing theory. Times are in seconds, rates per second. A queue
whose utilisation is 1 or more never settles: its times are `math.inf`, its tails 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from generator.diagnostics import UserError

CLOSE = 1e-12  # relative width at which a percentile is found


@dataclass(frozen=True, slots=True)
class Queue:
    """A load and who serves it: requests per second, servers that share one queue, mean seconds of service."""

    arrivals: float
    servers: int
    service: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.arrivals) and self.arrivals >= 0):
            raise UserError(f"a queue cannot have {self.arrivals} requests per second", "give it 0 or more")
        if self.servers < 1:
            raise UserError(f"a queue cannot have {self.servers} servers", "give it 1 or more")
        if not (math.isfinite(self.service) and self.service > 0):
            raise UserError(f"a request cannot take {self.service} seconds", "give it more than 0")

    @property
    def load(self) -> float:
        """Return the offered load in Erlangs: how many servers would be busy if there were no end of them."""
        return self.arrivals * self.service

    @property
    def utilisation(self) -> float:
        """Return the share of the time that a server is busy; 1 or more if the load is more than they can carry."""
        return self.load / self.servers

    @property
    def stable(self) -> bool:
        """Return whether the queue settles."""
        return self.load < self.servers

    @property
    def drain(self) -> float:
        """Return by how many requests per second a queue shrinks while all servers are busy."""
        return (self.servers - self.load) / self.service


def erlang_b(servers: int, load: float) -> float:
    """Return the share of requests that find all servers busy where nobody waits; `load` in Erlangs."""
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked


def erlang_c(servers: int, load: float) -> float:
    """Return the share of requests that have to wait; 1 where the load is more than the servers carry."""
    if load >= servers:
        return 1.0
    blocked = erlang_b(servers, load)
    return blocked / (1 - load / servers * (1 - blocked))


def mean_wait(queue: Queue) -> float:
    """Return the mean seconds before service begins, of all requests."""
    if not queue.stable:
        return math.inf
    return erlang_c(queue.servers, queue.load) / queue.drain


def mean_response(queue: Queue) -> float:
    """Return the mean seconds from arrival to answer."""
    return mean_wait(queue) + queue.service


def wait_tail(queue: Queue, seconds: float) -> float:
    """Return the share of requests whose service begins more than `seconds` after they arrived."""
    if not queue.stable or seconds < 0:
        return 1.0
    return erlang_c(queue.servers, queue.load) * math.exp(-queue.drain * seconds)


def response_tail(queue: Queue, seconds: float) -> float:
    """Return the share of requests that are answered later than `seconds` after they arrived.

    One that has to wait takes the sum of two exponential times, of the rates theta (the drain) and mu (one server):
    theta exp(-mu t) - mu exp(-theta t), over theta - mu; in the limit theta = mu it is (1 + mu t) exp(-mu t).
    """
    if not queue.stable or seconds <= 0:
        return 1.0
    return _response_tail(queue, erlang_c(queue.servers, queue.load), seconds)


def _response_tail(queue: Queue, waits: float, seconds: float) -> float:
    mu = 1 / queue.service
    return (1 - waits) * math.exp(-mu * seconds) + waits * _sum_tail(queue.drain, mu, seconds)


def percentile(queue: Queue, share: float) -> float:
    """Return the seconds within which `share` (0.95: 95 %) of the requests are answered.

    Raises UserError for a share that is not between 0 and 1.
    """
    if not 0 <= share < 1:
        raise UserError(f"no percentile is the share {share}", "give it 0 or more, and less than 1: 0.95 for the 95th")
    if not queue.stable:
        return math.inf
    waits = erlang_c(queue.servers, queue.load)
    wanted, low, high = 1 - share, 0.0, queue.service
    while _response_tail(queue, waits, high) > wanted:
        low, high = high, 2 * high
    while high - low > CLOSE * high:
        middle = (low + high) / 2
        if not low < middle < high:
            break
        if _response_tail(queue, waits, middle) > wanted:
            low = middle
        else:
            high = middle
    return high


def split(queue: Queue, queues: int) -> Queue:
    """Return one of `queues` equal queues with an equal part of the servers and of the load: nobody helps a neighbour.

    That is the worst that a load balancer does which knows nothing of who is busy. Raises UserError where the servers
    cannot be shared out equally.
    """
    if queues < 1 or queue.servers % queues:
        raise UserError(f"{queue.servers} servers make no {queues} equal queues", "give it a divisor of the servers")
    return Queue(queue.arrivals / queues, queue.servers // queues, queue.service)


def most_arrivals(servers: int, service: float, share: float, seconds: float) -> float:
    """Return the most requests per second of which `share` are answered within `seconds`; 0 if there are none."""
    low, high = 0.0, servers / service
    if percentile(Queue(low, servers, service), share) > seconds:
        return 0.0
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        if response_tail(Queue(middle, servers, service), seconds) > 1 - share:
            high = middle
        else:
            low = middle
    return low


def _sum_tail(theta: float, mu: float, seconds: float) -> float:
    apart = (theta - mu) * seconds
    if abs(apart) > 1:
        return (theta * math.exp(-mu * seconds) - mu * math.exp(-theta * seconds)) / (theta - mu)
    growth = -math.expm1(-apart) / apart if apart else 1.0  # near theta = mu the quotient above loses its digits
    return math.exp(-mu * seconds) * (1 + mu * seconds * growth)
