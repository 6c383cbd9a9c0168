"""ARC zonal shift: load balancers taken out of a zone for a while."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from generator.emulator.history import now
from generator.emulator.registry import Answer, Call, backend, fail, new_id, operation

SERVICE = "arc-zonal-shift"
SHIFTS = "ZonalShift"
ACTIVE, CANCELED, EXPIRED = "ACTIVE", "CANCELED", "EXPIRED"
HOURS = {"m": 1 / 60, "h": 1.0, "d": 24.0}
LONGEST = timedelta(hours=72)
WEIGHT = {True: 0.0, False: 1.0}


@operation(SERVICE, "StartZonalShift")
def start(call: Call) -> Answer:
    """Not implemented."""
    balancer, away = _balancer(call), call.params["awayFrom"]
    if away not in _zones(call, balancer):
        fail("ValidationException", f"{away} is not the id of an Availability Zone of this resource.")
    if any(_status(item) == ACTIVE for item in _of(call, balancer.arn)):
        fail("ConflictException", "There is an active zonal shift for this resource already.")
    begun = now()
    shift = {
        "zonalShiftId": new_id(),
        "resourceIdentifier": balancer.arn,
        "awayFrom": away,
        "startTime": begun,
        "expiryTime": begun + _duration(call.params["expiresIn"]),
        "comment": call.params["comment"],
        "status": ACTIVE,
    }
    call.notes(SHIFTS)[shift["zonalShiftId"]] = shift
    return dict(shift)


@operation(SERVICE, "UpdateZonalShift")
def update(call: Call) -> Answer:
    """Not implemented."""
    shift = _active(call)
    if call.params.get("expiresIn"):
        shift["expiryTime"] = now() + _duration(call.params["expiresIn"])
    shift["comment"] = call.params.get("comment") or shift["comment"]
    return dict(shift)


@operation(SERVICE, "CancelZonalShift")
def cancel(call: Call) -> Answer:
    """Not implemented."""
    shift = _active(call)
    shift["status"] = CANCELED
    return dict(shift)


@operation(SERVICE, "ListZonalShifts")
def shifts(call: Call) -> Answer:
    """Not implemented."""
    arn, status = call.params.get("resourceIdentifier"), call.params.get("status")
    found = [{**item, "status": _status(item)} for item in call.notes(SHIFTS).values()]
    return {
        "items": [
            item for item in found if arn in (None, item["resourceIdentifier"]) and status in (None, item["status"])
        ]
    }


@operation(SERVICE, "GetManagedResource")
def managed_resource(call: Call) -> Answer:
    """Not implemented."""
    return _answer(call, _balancer(call))


@operation(SERVICE, "ListManagedResources")
def managed_resources(call: Call) -> Answer:
    """Not implemented."""
    balancers = backend("elbv2", call.region).load_balancers.values()
    found = [_answer(call, item) for item in balancers if _takes_part(item)]
    return {"items": [{**item, "availabilityZones": list(item["appliedWeights"])} for item in found]}


def _answer(call: Call, balancer: Any) -> Answer:
    active = [item for item in _of(call, balancer.arn) if _status(item) == ACTIVE]
    away = {item["awayFrom"] for item in active}
    return {
        "arn": balancer.arn,
        "name": balancer.name,
        "appliedWeights": {zone: WEIGHT[zone in away] for zone in _zones(call, balancer)},
        "zonalShifts": [{"appliedStatus": "APPLIED", **_without_status(item)} for item in active],
        "autoshifts": [],
        "zonalAutoshiftStatus": "DISABLED",
    }


def _without_status(shift: Answer) -> Answer:
    return {key: value for key, value in shift.items() if key != "status"}


def _balancer(call: Call) -> Any:
    """Return the load balancer that the call names by its ARN, if zonal shifts are on for it."""
    arn = call.params["resourceIdentifier"]
    found = backend("elbv2", call.region).load_balancers.get(arn)
    if found is None or not _takes_part(found):
        fail("ResourceNotFoundException", f"{arn} is no resource that zonal shifts are on for.")
    return found


def _takes_part(balancer: Any) -> bool:
    return str(balancer.attrs.get("zonal_shift.config.enabled")).lower() == "true"


def _zones(call: Call, balancer: Any) -> list[str]:
    """Return the ids of a load balancer's zones: names mean another zone in every account."""
    ids = {zone.name: zone.zone_id for zone in backend("ec2", call.region).describe_availability_zones()}
    subnets = (subnet.availability_zone for subnet in balancer.subnets)
    return sorted(ids[name] for name in subnets)


def _of(call: Call, arn: str) -> list[Answer]:
    return [item for item in call.notes(SHIFTS).values() if item["resourceIdentifier"] == arn]


def _active(call: Call) -> Answer:
    shift: Answer | None = call.notes(SHIFTS).get(call.params["zonalShiftId"])
    if shift is None:
        fail("ResourceNotFoundException", "This zonal shift does not exist.")
    if _status(shift) != ACTIVE:
        fail("ConflictException", "This zonal shift is not active.")
    return shift


def _status(shift: Answer) -> str:
    return EXPIRED if shift["status"] == ACTIVE and shift["expiryTime"] <= now() else str(shift["status"])


def _duration(text: str) -> timedelta:
    found = re.fullmatch(r"([1-9]\d*)([mhd])", text)
    length = timedelta(hours=int(found[1]) * HOURS[found[2]]) if found else LONGEST * 2
    if length > LONGEST:
        fail("ValidationException", "expiresIn must be minutes, hours or days such as 30m or 2h, and 72 hours at most.")
    return length
