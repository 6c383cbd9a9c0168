"""ECS: attributes of services."""

from __future__ import annotations

from generator.emulator.registry import Answer, Call, amend, given

FORGOTTEN = (
    "availabilityZoneRebalancing",
    "capacityProviderStrategy",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
    "platformVersion",
    "propagateTags",
)


@amend("ecs", "CreateService", "UpdateService")
def write_service(call: Call, answer: Answer) -> None:
    """Forgets attributes, among them capacityProviderStrategy and healthCheckGracePeriodSeconds."""
    service = answer["service"]
    call.notes("service").setdefault(service["serviceArn"], {}).update(given(call.params))
    _remember(call, service)


@amend("ecs", "DescribeServices")
def describe_services(call: Call, answer: Answer) -> None:
    """Forgets attributes, among them capacityProviderStrategy and healthCheckGracePeriodSeconds."""
    for service in answer.get("services") or []:
        _remember(call, service)


def _remember(call: Call, service: Answer) -> None:
    noted = call.notes("service").get(service["serviceArn"], {})
    service.setdefault("availabilityZoneRebalancing", "DISABLED")
    service.update({name: noted[name] for name in FORGOTTEN if name in noted})
    if noted.get("capacityProviderStrategy"):
        service.pop("launchType", None)
