"""What exists in the emulator: the answer to "is anything left after destroy?"."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.emulator.registry import ACCOUNT, Store

Found = dict[str, list[str]]


def _never(_: Any) -> bool:
    return False


def _inactive(item: Any) -> bool:
    return str(item.status) == "INACTIVE"


def _of_aws(name: str) -> Callable[[Any], bool]:
    return lambda item: str(getattr(item, name)).startswith(("/aws/", "alias/aws/"))


@dataclass(frozen=True)
class Collection:
    """Where a moto backend keeps resources of one kind.

    `path` leads from the backend to a mapping by id or to a list: attribute names, and `*` for all values of a
    mapping. `key` is the attribute that holds the id, where the mapping's key does not. `hidden` tells what comes
    and goes with another resource, `retained` what AWS keeps after it was deleted.
    """

    kind: str
    path: str
    key: str = ""
    hidden: Callable[[Any], bool] = _never
    retained: Callable[[Any], bool] = _never


def _is_default(item: Any) -> bool:
    return bool(getattr(item, "is_default", False) or getattr(item, "default", False))


COLLECTIONS: dict[str, tuple[Collection, ...]] = {
    "acm": (Collection("certificates", "_certificates"),),
    "application-autoscaling": (
        Collection("targets", "targets.*"),
        Collection("policies", "policies", key="policy_name"),
        Collection("scheduled_actions", "scheduled_actions", key="arn"),
    ),
    "autoscaling": (Collection("groups", "autoscaling_groups"),),
    "budgets": (Collection("budgets", "budgets.*"),),
    "ce": (Collection("cost_categories", "cost_categories"),),
    "cloudfront": (
        Collection("distributions", "distributions"),
        Collection("functions", "functions"),
        Collection("key_groups", "key_groups"),
        Collection("key_value_stores", "key_value_stores"),
        Collection("origin_access_controls", "origin_access_controls"),
        Collection("public_keys", "public_keys"),
    ),
    "cloudwatch": (
        Collection("alarms", "alarms"),
        Collection("dashboards", "dashboards"),
        Collection("insight_rules", "insight_rules"),
    ),
    "codedeploy": (
        Collection("applications", "applications"),
        Collection("deployment_groups", "deployment_groups.*"),
    ),
    "ec2": (
        Collection("vpcs", "vpcs"),
        Collection("subnets", "subnets.*"),
        Collection("security_groups", "groups.*", hidden=_is_default),
        Collection("route_tables", "route_tables", hidden=lambda item: item.main_association_id is not None),
        Collection("network_acls", "network_acls", hidden=_is_default),
        Collection("internet_gateways", "internet_gateways"),
        Collection("egress_only_internet_gateways", "egress_only_internet_gateways"),
        Collection("nat_gateways", "nat_gateways", retained=lambda item: item.state == "deleted"),
        Collection("addresses", "addresses", key="allocation_id"),
        Collection("network_interfaces", "enis"),
        Collection("vpc_endpoints", "vpc_end_points", retained=lambda item: item.state == "deleted"),
        Collection("managed_prefix_lists", "managed_prefix_lists"),
        Collection("flow_logs", "flow_logs"),
        Collection("launch_templates", "launch_templates"),
        Collection("key_pairs", "key_pairs"),
        Collection("volumes", "volumes"),
        Collection("instances", "reservations.*.instances", key="id", retained=lambda item: item.state == "terminated"),
    ),
    "ecr": (Collection("repositories", "repositories"),),
    "ecs": (
        Collection("clusters", "clusters", retained=_inactive),
        Collection("services", "services", retained=_inactive),
        Collection("task_definitions", "task_definitions.*", key="arn", retained=_inactive),
        Collection("capacity_providers", "capacity_providers"),
    ),
    "elasticache": (
        Collection("cache_clusters", "cache_clusters"),
        Collection("replication_groups", "replication_groups"),
        Collection("snapshots", "snapshots", retained=lambda _: True),
        Collection("subnet_groups", "cache_subnet_groups"),
        Collection("users", "users"),
    ),
    "elbv2": (
        Collection("load_balancers", "load_balancers"),
        Collection("listeners", "load_balancers.*.listeners"),
        Collection("target_groups", "target_groups"),
    ),
    "events": (
        Collection("buses", "event_buses"),
        Collection("rules", "event_buses.*.rules"),
    ),
    "iam": (
        Collection("groups", "groups"),
        Collection("instance_profiles", "instance_profiles"),
        Collection("open_id_providers", "open_id_providers"),
        Collection("policies", "managed_policies", hidden=lambda item: item.arn.startswith("arn:aws:iam::aws:")),
        Collection("roles", "roles", key="name"),
        Collection("users", "users"),
    ),
    "kms": (
        Collection(
            "keys",
            "keys",
            hidden=lambda key: any(alias.startswith("alias/aws/") for alias in key.aliases),
            retained=lambda key: key.key_state.startswith("Pending"),
        ),
        Collection("aliases", "keys.*.aliases", hidden=_of_aws("alias_name")),
    ),
    "logs": (
        Collection("groups", "groups"),
        Collection("metric_filters", "filters.metric_filters", key="filterName"),
        Collection("resource_policies", "resource_policies"),
        Collection("destinations", "destinations"),
        Collection("deliveries", "deliveries"),
        Collection("delivery_destinations", "delivery_destinations"),
        Collection("delivery_sources", "delivery_sources"),
    ),
    "rds": (
        Collection("clusters", "clusters"),
        Collection("instances", "databases"),
        Collection("event_subscriptions", "event_subscriptions"),
        Collection("option_groups", "option_groups", hidden=lambda item: item.name.startswith("default:")),
        Collection("parameter_groups", "db_parameter_groups", hidden=lambda item: item.name.startswith("default.")),
        Collection("proxies", "db_proxies"),
        Collection(
            "snapshots",
            "database_snapshots",
            hidden=lambda item: item.snapshot_type == "automated",
            retained=lambda _: True,
        ),
        Collection("subnet_groups", "subnet_groups"),
    ),
    "route53": (
        Collection("health_checks", "health_checks"),
        Collection("query_logging_configs", "query_logging_configs"),
        Collection("zones", "zones"),
    ),
    "s3": (Collection("buckets", "buckets"),),
    "secretsmanager": (Collection("secrets", "secrets", retained=lambda secret: secret.is_deleted()),),
    "servicediscovery": (
        Collection("namespaces", "namespaces"),
        Collection("services", "services"),
    ),
    "sns": (
        Collection("subscriptions", "subscriptions"),
        Collection("topics", "topics"),
    ),
    "ssm": (Collection("parameters", "_parameters.*", key="name", hidden=_of_aws("name")),),
    "wafv2": (
        Collection("ip_sets", "ip_sets"),
        Collection("logging_configurations", "logging_configurations"),
        Collection("regex_pattern_sets", "regex_pattern_sets"),
        Collection("rule_groups", "rule_groups"),
        Collection("web_acls", "wacls"),
    ),
}


@dataclass
class Baseline:
    """What moto's backends hold from the start: default VPCs, AWS's managed policies, default users."""

    known: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def install(self) -> None:
        """See every backend when moto makes it, on the first call of its service in its region."""
        from moto.core.base_backend import AccountSpecificBackend  # noqa: PLC0415 - keeps this module light

        original = AccountSpecificBackend.__getitem__
        baseline = self

        def observed(self: Any, region: str) -> Any:
            new = not dict.__contains__(self, "aws" if region == "global" else region)
            backend = original(self, region)
            if new and self.account_id == ACCOUNT:
                baseline.record(self.service_name, region, backend)
            return backend

        AccountSpecificBackend.__getitem__ = observed  # type: ignore[method-assign]

    def record(self, service: str, region: str, backend: Any) -> None:
        """Note what this new backend holds."""
        region = "aws" if region == "global" else region
        held = (f"{found.kind}/{name}" for found in COLLECTIONS.get(service, ()) for name, _ in items(backend, found))
        self.known[service, region] = frozenset(held)

    def has(self, service: str, region: str, kind: str, name: str) -> bool:
        """Say whether this was there from the start."""
        return f"{kind}/{name}" in self.known.get((service, region), frozenset())

    def clear(self) -> None:
        """Forget the backends, which moto has dropped."""
        self.known.clear()


def inventory(store: Store, baseline: Baseline) -> dict[str, Any]:
    """Return the ids of what exists and of what AWS retains, by `service/kind`, and the services this covers."""
    resources: Found = {}
    retained: Found = {}
    for service, region, backend in _backends():
        for collection in COLLECTIONS.get(service, ()):
            kind = f"{service}/{collection.kind}"
            for name, item in items(backend, collection):
                if collection.hidden(item) or baseline.has(service, region, collection.kind, name):
                    continue
                target = retained if collection.retained(item) else resources
                target.setdefault(kind, []).append(name)
    for service, kind, names in store.existing():
        if names:
            resources.setdefault(f"{service}/{kind}", []).extend(names)
    covers = sorted({*COLLECTIONS, *(service for service, _, _ in store.existing())})
    return {"resources": _ordered(resources), "retained": _ordered(retained), "covers": covers}


def items(backend: Any, collection: Collection) -> Iterator[tuple[str, Any]]:
    """Yield id and object of everything in the collection."""
    places = [backend]
    steps = collection.path.split(".")
    for step in steps:
        if step == "*":
            places = [value for place in places for value in list(place.values())]
        else:
            places = [getattr(place, step) for place in places]
    for place in places:
        pairs = list(place.items()) if isinstance(place, Mapping) else [("", item) for item in place]
        for name, item in pairs:
            yield (_identifier(item, collection.key) if collection.key else _text(name)), item


def _identifier(item: Any, key: str) -> str:
    return _text(item[key] if isinstance(item, dict) else getattr(item, key))


def _text(name: Any) -> str:
    return "/".join(str(part) for part in name) if isinstance(name, tuple) else str(name)


def _ordered(found: Found) -> Found:
    return {kind: sorted(names) for kind, names in sorted(found.items())}


def drop_backends() -> None:
    """Drop all that moto holds; a service is made anew on its next call, which is quicker than moto's own reset."""
    from moto.core.base_backend import BaseBackend  # noqa: PLC0415 - keeps this module light
    from moto.core.model_instances import reset_model_data  # noqa: PLC0415

    for _, _, backend in list(_backends()):
        if type(backend).reset is not BaseBackend.reset:
            backend.reset()  # holds more than memory
    for backends in _instances():
        backends.clear()
    _instances().clear()
    reset_model_data()


def _backends() -> Iterator[tuple[str, str, Any]]:
    """Yield service, region and backend of everything that has been called so far."""
    for backends in list(_instances()):
        for account, region, backend in list(backends.iter_backends()):
            if account == ACCOUNT:
                yield backends.service_name, region, backend


def _instances() -> list[Any]:
    """Return moto's own list of the services that are in use."""
    from moto.core.base_backend import BackendDict  # noqa: PLC0415 - keeps this module light

    instances: list[Any] = BackendDict.__dict__["_instances"]
    return instances
