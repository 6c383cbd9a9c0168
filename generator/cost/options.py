"""What could be chosen otherwise in a plan, as edits of its values, and what each choice gives up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]
Values = Mapping[str, Any]
Edit = Callable[[Document], Document]


@dataclass(frozen=True, slots=True)
class Option:
    """One choice in a group of choices; `gives_up` says what is lost by it, "" if nothing is."""

    group: str
    text: str
    gives_up: str
    edit: Edit


# Sizes of a task, as a share of the present one; scaling may have as many more, so that the capacity stays.
SIZES = ((1, ""), (2, "half a task is lost more often, and each starts with half the memory"),
         (4, "a quarter of the vCPU makes single slow requests slower"))  # fmt: skip
ARM = ("ARM64", "the image must be built for arm64")
# Tasks that are always on demand, for one loss must not take them all, while the others are on Spot.
ALWAYS = 2
SPOT = (ALWAYS, f"Spot tasks go within two minutes when AWS wants them back, all but {ALWAYS}")
AS_IT_IS = (None, "")
DATABASES = ("db.t3.medium", "db.t4g.medium", "db.t4g.large", "db.m6g.large", "db.m7g.large")
CACHES = ("cache.t3.micro", "cache.t4g.micro", "cache.t4g.small", "cache.t4g.medium", "cache.m7g.large")
ENGINES = (("redis", ""), ("valkey", "the cache is Valkey, which speaks Redis's protocol, not Redis"))
GATEWAYS = (
    ("as it is", ""),
    ("one NAT gateway", "when its zone is lost, tasks of the other zones reach nothing outside"),
    ("one NAT instance", "it is replaced within minutes when it fails, and until then nothing outside is reached"),
)


def groups(document: Document) -> dict[str, list[Option]]:
    """Return the choices that a plan leaves, by group; those of one group exclude one another."""
    return {
        "tasks": list(_tasks(document)),
        "way out": [Option("way out", text, lost, _gateways(text)) for text, lost in GATEWAYS],
        "database": [
            Option("database", name, "", _set("aws_db_instance", instance_class=name)) for name in DATABASES
        ],
        "cache": [
            Option("cache", f"{name}, {engine}", lost,
                   _set("aws_elasticache_replication_group", node_type=name, engine=engine))
            for name in CACHES for engine, lost in ENGINES
        ],
    }  # fmt: skip


def _tasks(document: Document) -> Iterator[Option]:
    """Yield sizes, processors and markets of tasks that differ from what the plan has."""
    processors = [AS_IT_IS] if _architecture(document) == ARM[0] else [AS_IT_IS, ARM]
    markets = [AS_IT_IS] if _on_demand(document) == ALWAYS else [AS_IT_IS, SPOT]
    for smaller, less in SIZES:
        for processor, image in processors:
            for on_demand, market in markets:
                words = [f"1/{smaller} of the size" if smaller > 1 else "", "ARM" if processor else "",
                         f"Spot above {on_demand}" if on_demand else ""]  # fmt: skip
                if text := ", ".join(filter(None, words)):
                    lost = "; ".join(filter(None, (less, image, market)))
                    yield Option("tasks", text, lost, _sized(smaller, processor, on_demand))


def _architecture(document: Document) -> str:
    """Return the processor of the plan's first task definition, X86_64 where it does not say."""
    for values in _values(document, "aws_ecs_task_definition"):
        for platform in values.get("runtime_platform") or []:
            return str(platform.get("cpu_architecture") or "X86_64")
    return "X86_64"


def _on_demand(document: Document) -> int | None:
    """Return how many tasks of the plan's first service are on demand, if all the others are on Spot."""
    for values in _values(document, "aws_ecs_service"):
        strategy = {item["capacity_provider"]: item for item in values.get("capacity_provider_strategy") or []}
        bought = strategy.get("FARGATE", {})
        if "FARGATE_SPOT" in strategy and not bought.get("weight"):
            return int(bought.get("base") or 0)
    return None


def _values(document: Document, type_: str) -> Iterator[Values]:
    root = document["planned_values"]["root_module"]
    return (item["values"] for item in _resources(root) if item["type"] == type_ and item["mode"] == "managed")


def _sized(smaller: int, processor: str | None, on_demand: int | None) -> Edit:
    def task(values: Values) -> Values:
        platform = values.get("runtime_platform")
        if processor:
            platform = [{"cpu_architecture": processor, "operating_system_family": "LINUX"}]
        cpu, memory = (str(int(values[name]) // smaller) for name in ("cpu", "memory"))
        return {**values, "cpu": cpu, "memory": memory, "runtime_platform": platform}

    def target(values: Values) -> Values:
        return {**values, "max_capacity": values["max_capacity"] * smaller}

    def service(values: Values) -> Values:
        if on_demand is None:
            return values
        strategy = [{"capacity_provider": "FARGATE", "base": on_demand, "weight": 0},
                    {"capacity_provider": "FARGATE_SPOT", "base": 0, "weight": 1}]  # fmt: skip
        return {**values, "capacity_provider_strategy": strategy}

    def apply(document: Document) -> Document:
        for type_, change in (("aws_ecs_task_definition", task), ("aws_appautoscaling_target", target),
                              ("aws_ecs_service", service)):  # fmt: skip
            document = changed(document, type_, change)
        return document

    return apply


def _gateways(text: str) -> Edit:
    kept: list[str] = []

    def one(values: Values) -> Values | None:
        kept.append("")
        return values if len(kept) == 1 else None

    def apply(document: Document) -> Document:
        if text == "as it is":
            return document
        document = changed(document, "aws_nat_gateway", lambda _values: None) if "instance" in text else document
        for type_ in ("aws_nat_gateway", "aws_eip"):
            kept.clear()
            document = changed(document, type_, one)
        return with_instance(document) if "instance" in text else document

    return apply


def with_instance(document: Document) -> Document:
    """Return a plan with a NAT instance, unless it has one."""
    root = document["planned_values"]["root_module"]
    if any(item["type"] == "aws_instance" for item in _resources(root)):
        return document
    values = {"instance_type": "t4g.nano", "root_block_device": [{"volume_size": 8}]}
    item = {"address": "aws_instance.nat", "mode": "managed", "type": "aws_instance", "name": "nat", "values": values}
    new = {**root, "resources": [*root.get("resources", []), item]}
    return {**document, "planned_values": {**document["planned_values"], "root_module": new}}


def _set(type_: str, **new: Any) -> Edit:
    return lambda document: changed(document, type_, lambda values: {**values, **new})


def changed(document: Document, type_: str, change: Callable[[Values], Values | None]) -> Document:
    """Return a plan in which the values of all resources of a type are what `change` makes of them; None drops one."""

    def walk(module: Mapping[str, Any]) -> dict[str, Any]:
        resources = []
        for item in module.get("resources", []):
            if item["type"] != type_ or item["mode"] != "managed":
                resources.append(item)
            elif (values := change(item["values"])) is not None:
                resources.append({**item, "values": values})
        return {**module, "resources": resources, "child_modules": list(map(walk, module.get("child_modules", [])))}

    planned = document["planned_values"]
    return {**document, "planned_values": {**planned, "root_module": walk(planned["root_module"])}}


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)
