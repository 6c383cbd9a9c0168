"""What is to be measured, checked before anything is sent: loopback, or a host that the user says is theirs."""

from __future__ import annotations

import ipaddress
import json
import math
import os
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from generator.calibrate.model import Entry
from generator.diagnostics import UserError

STEPS = (1, 2, 4, 8, 16, 32, 64)
SECONDS = 60.0
REQUESTS = 200_000
SHORTEST = 0.5  # seconds of a step
LONGEST = 3600.0
MOST_CONNECTIONS = 512
METHODS = ("GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
ENTRY = re.compile(
    r"(?:(?P<weight>[0-9]+(?:\.[0-9]+)?)\s+)?(?:(?P<method>[A-Z]+)\s+)?(?P<path>/[!-~]*)(?:\s+(?P<body>[\[{].*))?"
)
HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*([ -~]+)")


@dataclass(frozen=True, slots=True)
class Target:
    """A server: `loopback` says that it is on this machine."""

    secure: bool
    host: str
    port: int
    loopback: bool

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Order:
    """A measurement to make: at most `seconds` of load and `requests`, at the connections of each step."""

    target: Target
    mix: tuple[Entry, ...]
    headers: tuple[tuple[str, str], ...]
    vcpu: float
    seconds: float
    requests: int
    concurrency: tuple[int, ...]
    pid: int | None

    @property
    def slot(self) -> float:
        """Return the seconds of one step; the last one is the planned load."""
        return self.seconds / (len(self.concurrency) + 1)

    @property
    def share(self) -> int:
        """Return how many requests a step may send."""
        return self.requests // (len(self.concurrency) + 1)


def place_order(
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
) -> Order:
    """Return the checked order. Raises UserError for a foreign host and for everything that cannot be measured.

    A path is `/courses/`, or `[WEIGHT] [METHOD] PATH [JSON]` such as `3 POST /notes/ {"text": "x"}`; without paths the
    one of the URL is measured. A header is `Name: value`. `vcpu` is what the server may use; None means all CPUs of
    this machine, if the server runs on it.
    """
    split = _split(url)
    target = _target(split, i_own)
    if paths and split.path not in ("", "/"):
        raise UserError(f"both the URL and --path name a path: {split.path}", "leave the URL's path away")
    alone = f"{split.path or '/'}{'?' + split.query if split.query else ''}"
    order = Order(
        target=target,
        mix=tuple(_entry(path) for path in (paths or (alone,))),
        headers=tuple(_header(line) for line in headers),
        vcpu=_vcpu(target, vcpu),
        seconds=seconds,
        requests=requests,
        concurrency=tuple(concurrency),
        pid=pid,
    )
    _bounded(order)
    return order


def read_steps(text: str) -> tuple[int, ...]:
    """Return the steps of concurrency in `1,2,4`. Raises UserError for anything else."""
    try:
        return tuple(map(int, text.split(",")))
    except ValueError:
        raise UserError(f'"{text}" are no steps of concurrency', "give rising numbers, such as 1,2,4,8") from None


def _split(url: str) -> SplitResult:
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError:
        raise UserError(f'"{url}" is no URL', "write for example http://127.0.0.1:8000/") from None
    if split.scheme not in ("http", "https") or not split.hostname or port == 0:
        raise UserError(f'"{url}" is no http or https URL', "write for example http://127.0.0.1:8000/")
    if split.username is not None or split.password is not None:
        raise UserError("the URL holds a user name or password", 'give it by --header "Authorization: ..."')
    return split


def _target(split: SplitResult, i_own: str) -> Target:
    host = (split.hostname or "").lower()
    loopback = is_loopback(host)
    if not loopback and host != i_own.strip("[]").lower():
        raise UserError(
            f'"{host}" is not this machine: a measurement is load that its owner must want',
            f"measure on 127.0.0.1; if the host is yours and may be loaded, add --i-own {host}",
        )
    secure = split.scheme == "https"
    return Target(secure, host, split.port or (443 if secure else 80), loopback)


def _vcpu(target: Target, vcpu: float | None) -> float:
    if vcpu is None:
        if not target.loopback:
            raise UserError(f"nobody can see how many vCPU {target.host} has", "say it by --vcpu")
        return float(os.cpu_count() or 1)
    if not (math.isfinite(vcpu) and vcpu > 0):
        raise UserError(f"a server has no {vcpu:g} vCPU", "give --vcpu what the server may use, such as 2")
    return vcpu


def is_loopback(host: str) -> bool:
    """Return whether `host` is a loopback address, or `localhost` where that name means nothing else."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        pass
    if host != "localhost":
        return False  # no other name is looked up: what it means may change between the look and the load
    try:
        found = {str(item[4][0]) for item in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError:
        return False
    return all(ipaddress.ip_address(address).is_loopback for address in found)


def _entry(text: str) -> Entry:
    match = ENTRY.fullmatch(text.strip())
    if not match:
        raise UserError(f'"{text}" is no path to measure', "write /path/, or [WEIGHT] [METHOD] /path/ [JSON]")
    method = match["method"] or ("POST" if match["body"] else "GET")
    if method not in METHODS:
        raise UserError(f"{method} is not measured", f"use one of {', '.join(METHODS)}")
    weight = float(match["weight"] or 1)
    if weight <= 0:
        raise UserError(f'the weight of "{text}" is 0', "leave the path away, or give it more")
    body = match["body"] or ""
    try:
        json.loads(body or "{}")
    except ValueError as error:
        raise UserError(f'the body of "{text}" is no JSON: {error}', "mend the body") from None
    return Entry(method, match["path"], weight, body)


def _header(line: str) -> tuple[str, str]:
    match = HEADER.fullmatch(line.strip())
    if not match:
        raise UserError(
            "a header is not of the form Name: value", 'write for example --header "X-Forwarded-Proto: https"'
        )
    return match[1], match[2]


def _bounded(order: Order) -> None:
    """Raise UserError where a bound makes no sense."""
    steps = order.concurrency
    if not steps or list(steps) != sorted(set(steps)) or steps[0] < 1 or steps[-1] > MOST_CONNECTIONS:
        raise UserError(f"the steps of concurrency are {', '.join(map(str, steps)) or 'none'}",
                        f"give rising numbers from 1 to {MOST_CONNECTIONS}, such as 1,2,4,8")  # fmt: skip
    if not (math.isfinite(order.seconds) and order.seconds <= LONGEST and order.slot >= SHORTEST):
        raise UserError(f"{order.seconds:g} seconds cannot be shared by {len(steps) + 1} steps",
                        f"give --seconds {SHORTEST * (len(steps) + 1):g} to {LONGEST:g}")  # fmt: skip
    if order.share < 1:
        raise UserError(f"{order.requests} requests cannot be shared by {len(steps) + 1} steps", "give more --requests")
    if order.pid is not None and not order.target.loopback:
        raise UserError(f"process {order.pid} is on this machine, {order.target.host} is not", "leave --pid away")
