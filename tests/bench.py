"""`make bench`: how fast tierform is, each figure beside a peer that was measured in turns with it.

Times are of whole processes or calls on this machine, medians of RUNS; what counts is the ratio.
"""

from __future__ import annotations

import gc
import heapq
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))
RUNS = 11
PLAN_RUNS = 5
WARM_RUNS = 41
SIMULATED = 300_000  # requests
Document = dict[str, Any]


def in_turns(ours: Callable[[], object], peer: Callable[[], object], runs: int) -> tuple[float, float, float]:
    """Return the median seconds of `ours` and `peer`, run in turns after one warm-up, and the median ratio of pairs."""
    ours(), peer()
    pairs = [(seconds(ours), seconds(peer)) for _ in range(runs)]
    ratio = statistics.median(first / second for first, second in pairs)
    return statistics.median(first for first, _ in pairs), statistics.median(second for _, second in pairs), ratio


def seconds(call: Callable[[], object]) -> float:
    """Return how long one call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def process(*command: str, environ: dict[str, str], cwd: Path = PROJECT) -> Callable[[], object]:
    """Return a call that runs a command to its end, and fails if that does."""
    return lambda: subprocess.run(command, cwd=cwd, env=environ, check=True, capture_output=True)


def report(title: str, ours: float, peer_title: str, peer: float, ratio: float, aim: str) -> None:
    """Print one measurement."""
    print(f"{title:<44} {ours * 1000:9.1f} ms")
    print(f"  peer: {peer_title:<36} {peer * 1000:9.1f} ms")
    print(f"  ratio {ratio:.2f}   aim: {aim}\n")


def bench_cold_render(build: Path, environ: dict[str, str]) -> None:
    """Measure a whole `tierform render tier1` against a process that only imports the libraries it needs."""
    ours = process(str(Path(sys.executable).with_name("tierform")), "render", "tier1", environ=environ)
    peer = process(sys.executable, "-c", "import click, yaml, jinja2", environ=environ)
    report("cold render, whole process", *_named(in_turns(ours, peer, RUNS), "python importing click, yaml, jinja2"),
           "at most 200 ms")  # fmt: skip


def bench_warm_render(build: Path) -> None:
    """Measure blueprint to files in a warm process against parsing the same YAML with PyYAML's C loader."""
    import yaml  # noqa: PLC0415

    from generator.blueprint import load_blueprint  # noqa: PLC0415
    from generator.catalog import load_catalog  # noqa: PLC0415
    from generator.compose import compose  # noqa: PLC0415
    from generator.project import find_project  # noqa: PLC0415
    from generator.render import render  # noqa: PLC0415

    project = find_project()
    catalog = load_catalog(project.modules, build / ".cache" / "catalog.json")
    for path in sorted(file for file in project.blueprints.glob("tier*.yaml")):
        texts = [file.read_text() for file in (path, project.blueprints / "campus.yaml")]

        def ours(path: Path = path) -> object:
            return render(compose(load_blueprint(path, project.blueprints), catalog), catalog)

        def peer(texts: list[str] = texts) -> object:
            return [yaml.load(text, yaml.CSafeLoader) for text in texts]

        gc.collect()
        report(f"warm render, {path.stem}", *_named(in_turns(ours, peer, 101), "yaml.load of the same files (C)"),
               "at most 10 ms")  # fmt: skip


def bench_plan(build: Path, environ: dict[str, str]) -> None:
    """Measure `make plan` with nothing to set up against bare Terraform on the same folder."""
    from generator.emulator import running  # noqa: PLC0415

    make = process("make", "plan", "TIER=tier1", environ=environ)
    make()
    emulator = running(build / ".emulator")
    assert emulator is not None
    root = build / "tier1"
    bare = {**environ, **emulator.environment("us-east-1"), "TF_WORKSPACE": "local", "CHECKPOINT_DISABLE": "1",
            "TF_CLI_CONFIG_FILE": str(next(build.rglob("*.tfrc")))}  # fmt: skip
    script = "terraform plan -input=false -out=bare.tfplan && terraform show -json bare.tfplan > bare.json"
    try:
        figures = in_turns(make, process("sh", "-c", script, environ=bare, cwd=root), PLAN_RUNS)
        report(
            "make plan, tier1, nothing to set up", *_named(figures, "terraform plan -out + show -json"), "at most 1.15"
        )
    finally:
        for name in ("bare.tfplan", "bare.json"):
            (root / name).unlink(missing_ok=True)


def bench_affected(environ: dict[str, str]) -> None:
    """Measure what the last commit affects, whole process, against git telling which files it changed."""
    ours = process(str(Path(sys.executable).with_name("tierform")), "affected", "--base", "HEAD~1", environ=environ)
    peer = process("git", "diff", "--name-only", "HEAD~1...HEAD", environ=environ)
    report("affected, whole process", *_named(in_turns(ours, peer, RUNS), "git diff --name-only"), "at most 1,000 ms")


def bench_gate(build: Path, environ: dict[str, str]) -> None:
    """Measure the gate over both tiers, whole process, against Checkov once for each with the same policies."""
    from generator.gate.environment import find_checkov  # noqa: PLC0415

    tierform = str(Path(sys.executable).with_name("tierform"))
    for tier in ("tier1", "tier2"):
        subprocess.run([tierform, "plan", tier], cwd=PROJECT, env=environ, check=True, capture_output=True)
    plans = [str(build / tier / "plan.json") for tier in ("tier1", "tier2")]
    python = find_checkov()
    bare = {**environ, "PYTHONPATH": str(PROJECT)}
    options = "--framework terraform_plan --skip-download --soft-fail --external-checks-dir policies"
    script = "; ".join(f"{python.with_name('checkov')} -f {plan} {options}" for plan in plans)
    figures = in_turns(
        process(tierform, "gate", *plans, environ=environ), process("sh", "-c", script, environ=bare), PLAN_RUNS
    )
    report("gate of both tiers, whole process", *_named(figures, "checkov -f plan.json, twice"), "at most 0.25")
    measured = subprocess.run(
        [str(python), "tests/bench_policies.py", *plans],
        cwd=PROJECT,
        env=bare,
        check=True,
        capture_output=True,
        text=True,
    )
    own, theirs = map(float, measured.stdout.split()[-2:])
    report(
        "policies on both plans, Checkov imported", own, "Checkov's own checks on them", theirs, own / theirs, "none"
    )


def bench_objectives(build: Path) -> None:
    """Measure cost and objectives of both tiers in a warm process, without simulation, against parsing their plans."""
    for tier in ("tier1", "tier2"):
        text = (build / tier / "plan.json").read_bytes()
        for title, ours in _judged(tier):
            _bench_plan_json(f"{title}, {tier}", ours, text)


def _bench_plan_json(title: str, ours: Callable[[Document], object], text: bytes) -> None:
    parsed = json.loads(text)
    for how, call in (("plan parsed", lambda: ours(parsed)), ("and json.loads of it", lambda: ours(json.loads(text)))):
        gc.collect()
        figures = in_turns(call, lambda: json.loads(text), WARM_RUNS)
        report(f"{title}, {how}", *_named(figures, "json.loads of the plan"), "at most 50 ms")


def _judged(tier: str) -> Iterator[tuple[str, Callable[[Document], object]]]:
    """Yield what is made of a tier's plan JSON; blueprint and price book are loaded."""
    from generator.blueprint import load_blueprint, locate  # noqa: PLC0415
    from generator.cost.commitments import scenarios  # noqa: PLC0415
    from generator.cost.estimate import estimate  # noqa: PLC0415
    from generator.cost.uses import Setting  # noqa: PLC0415
    from generator.cost.volumes import Volumes  # noqa: PLC0415
    from generator.policy import Plan  # noqa: PLC0415
    from generator.prices.book import load_book  # noqa: PLC0415
    from generator.project import find_project  # noqa: PLC0415
    from generator.promises.check import check  # noqa: PLC0415
    from generator.promises.model import PLANNED  # noqa: PLC0415

    book, blueprints = load_book(), find_project().blueprints
    blueprint = load_blueprint(locate(tier, blueprints), blueprints)
    traffic, promises, region = blueprint.traffic, blueprint.promises(), str(blueprint.region.value)
    assert traffic is not None
    setting = Setting(Volumes(traffic, promises["requests_per_second"]), PLANNED.requests_per_vcpu)
    yield "cost", lambda document: scenarios(estimate(Plan(document, promises), region, book, setting), book)
    yield "objectives", lambda document: check(Plan(document, promises), traffic, promises)


def bench_simulation() -> None:
    """Measure simulated requests per second against the plainest loop that answers the same queue's mean."""
    from generator.objectives.simulation import Scenario, simulate  # noqa: PLC0415
    from generator.objectives.workload import Service, constant  # noqa: PLC0415

    rate, servers, service = 0.7 * 6 / 0.01, 6, 0.01
    scenario = Scenario(constant(rate), Service(service), SIMULATED / rate, tasks=3, servers_per_task=2)
    arrived = simulate(scenario).requests
    ours, peer, ratio = in_turns(
        lambda: simulate(scenario), lambda: plain_queue(rate, servers, service, arrived), PLAN_RUNS
    )
    report(
        f"simulation of {arrived:,} requests", ours, "a plain heapq loop of M/M/c, as many", peer, ratio, "at most 2"
    )
    print(f"  {arrived / ours:,.0f} simulated requests a second; the plain loop {arrived / peer:,.0f}\n")


def plain_queue(rate: float, servers: int, service: float, requests: int) -> float:
    """Return the mean response of M/M/c by a loop that knows nothing of tasks, zones, scaling and percentiles."""
    draw = Random(1).expovariate  # noqa: S311
    free = [0.0] * servers
    now = total = 0.0
    for _ in range(requests):
        now += draw(rate)
        end = max(now, free[0]) + draw(1 / service)
        heapq.heapreplace(free, end)
        total += end - now
    return total / requests


def _named(figures: tuple[float, float, float], peer: str) -> tuple[float, str, float, float]:
    ours, theirs, ratio = figures
    return ours, peer, theirs, ratio


def main() -> None:
    """Run all measurements in a build folder of their own."""
    os.chdir(PROJECT)
    from generator.emulator import stop  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        build = Path(folder) / "build"
        environ = {**os.environ, "TIERFORM_BUILD": str(build)}
        try:
            bench_cold_render(build, environ)
            bench_warm_render(build)
            bench_plan(build, environ)
            bench_gate(build, environ)
            bench_affected(environ)
            bench_objectives(build)
            bench_simulation()
        finally:
            stop(build / ".emulator")


if __name__ == "__main__":
    main()
