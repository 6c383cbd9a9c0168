"""Zonal shifts: a load balancer that is told to leave a zone alone for a while."""

from __future__ import annotations

import time
from typing import Any

from generator.emulator.registry import Answer, Call, backend, fail, new_id, operation

KIND = "ZonalShift"
SECONDS = {"m": 60, "h": 3600}


def _zones(call: Call) -> list[str]:
    """Return the ids of the zones of the load balancer that the call names; only one that allows shifts has any."""
    arn = call.params["resourceIdentifier"]
    balancers = backend("elbv2", call.region).load_balancers
    if arn not in balancers:
        fail("ResourceNotFoundException", f"{arn} is not a resource that a zonal shift can be started for")
    balancer = balancers[arn]
    if balancer.attrs.get("zonal_shift.config.enabled") != "true":
        fail("ValidationException", f"zonal shift is not enabled for {arn}")
    return [
        zone.zone_id
        for zone in backend("ec2", call.region).describe_availability_zones()
        if zone.name in {subnet.availability_zone for subnet in balancer.subnets}
    ]


def _expiry(text: str) -> float:
    if not text[:-1].isdigit() or text[-1:] not in SECONDS:
        fail("ValidationException", f"expiresIn: {text} is not a number of minutes (30m) or hours (12h)")
    return time.time() + int(text[:-1]) * SECONDS[text[-1]]


def _active(call: Call, arn: str) -> list[dict[str, Any]]:
    return [
        shift
        for shift in call.resources(KIND).values()
        if shift["resourceIdentifier"] == arn and shift["status"] == "ACTIVE" and shift["expiryTime"] > time.time()
    ]


@operation("arc-zonal-shift", "StartZonalShift")
def start_zonal_shift(call: Call) -> Answer:
    """Not implemented."""
    arn, zone = call.params["resourceIdentifier"], call.params["awayFrom"]
    if zone not in (known := _zones(call)):
        fail("ValidationException", f"awayFrom: {zone} is none of {', '.join(known)}")
    if _active(call, arn):
        fail("ConflictException", f"a zonal shift is active for {arn}")
    shift = {
        "zonalShiftId": new_id(),
        "resourceIdentifier": arn,
        "awayFrom": zone,
        "comment": call.params["comment"],
        "startTime": time.time(),
        "expiryTime": _expiry(call.params["expiresIn"]),
        "status": "ACTIVE",
    }
    call.resources(KIND)[shift["zonalShiftId"]] = shift
    return shift


@operation("arc-zonal-shift", "CancelZonalShift")
def cancel_zonal_shift(call: Call) -> Answer:
    """Not implemented."""
    shift: Answer = call.remove(KIND, call.params["zonalShiftId"], "ResourceNotFoundException")
    return {**shift, "status": "CANCELED"}


@operation("arc-zonal-shift", "ListZonalShifts")
def list_zonal_shifts(call: Call) -> Answer:
    """Not implemented."""
    wanted = call.params.get("resourceIdentifier")
    return {"items": [item for item in call.resources(KIND).values() if wanted in (None, item["resourceIdentifier"])]}


@operation("arc-zonal-shift", "GetManagedResource")
def get_managed_resource(call: Call) -> Answer:
    """Not implemented."""
    arn = call.params["resourceIdentifier"]
    shifts = _active(call, arn)
    away = {shift["awayFrom"] for shift in shifts}
    return {
        "arn": arn,
        "appliedWeights": {zone: 0.0 if zone in away else 1.0 for zone in _zones(call)},
        "zonalShifts": [{**shift, "appliedStatus": "APPLIED"} for shift in shifts],
    }
