"""WAF: data protection of web ACLs, and deletion of what is still in use."""

from __future__ import annotations

import json
from typing import Any

from generator.emulator.registry import GLOBAL, Answer, Call, amend, backend, check, fail

IN_USE = "WAFAssociatedItemException"


@amend("wafv2", "CreateWebACL", "UpdateWebACL")
def write_web_acl(call: Call, answer: Answer) -> None:
    """Forgets DataProtectionConfig."""
    identifier = call.params.get("Id") or answer["Summary"]["Id"]
    call.notes("protection")[identifier] = call.params.get("DataProtectionConfig")


@amend("wafv2", "GetWebACL")
def get_web_acl(call: Call, answer: Answer) -> None:
    """Forgets DataProtectionConfig."""
    protection = call.notes("protection").get(answer["WebACL"]["Id"])
    if protection:
        answer["WebACL"]["DataProtectionConfig"] = protection


@check("wafv2", "DeleteWebACL")
def delete_web_acl(call: Call) -> None:
    """Deletes an ACL that a resource still uses."""
    for acl in _place(call).wacls.values():
        if acl.id == call.params["Id"] and (acl.associated_resources or _distributions(call, acl.arn)):
            fail(IN_USE, f"web ACL {acl.name} is associated with other resources")


@check("wafv2", "DeleteIPSet")
def delete_ip_set(call: Call) -> None:
    """Deletes a set that a web ACL still refers to."""
    for acl in _place(call).wacls.values():
        statements = json.dumps([rule.statement for rule in acl.rules], default=str)
        if f'/ipset/{call.params["Name"]}/{call.params["Id"]}"' in statements:
            fail(IN_USE, f"IP set {call.params['Name']} is used by web ACL {acl.name}")


def _place(call: Call) -> Any:
    """Return moto's backend of the call's scope: what is for CloudFront lives in no region there."""
    return backend("wafv2", GLOBAL if call.params.get("Scope") == "CLOUDFRONT" else call.region)


def _distributions(call: Call, arn: str) -> list[str]:
    """Return the ids of the distributions that use this web ACL."""
    configs = call.store.notes["cloudfront", "distribution", GLOBAL]
    existing = backend("cloudfront", GLOBAL).distributions
    return [name for name in existing if (configs.get(name) or {}).get("WebACLId") == arn]
