"""CloudFront: cache, origin request and response headers policies, own ones and those that AWS manages."""

from __future__ import annotations

import time
from typing import Any

from generator.emulator.registry import Answer, Call, fail, new_id, operation

# What AWS manages, by name: the data sources of Terraform look them up.
MANAGED = {
    "CachePolicy": {
        "Managed-CachingDisabled": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        "Managed-CachingOptimized": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        "Managed-CachingOptimizedForUncompressedObjects": "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
        "UseOriginCacheControlHeaders": "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
        "UseOriginCacheControlHeaders-QueryStrings": "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
    },
    "OriginRequestPolicy": {
        "Managed-AllViewer": "216adef6-5c7f-47e4-b989-5492eafa07d3",
        "Managed-AllViewerExceptHostHeader": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
        "Managed-CORS-CustomOrigin": "59781a5b-3903-41f3-afcb-af62929ccde1",
        "Managed-CORS-S3Origin": "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
    },
    "ResponseHeadersPolicy": {
        "Managed-CORS-With-Preflight": "5cc3b908-e619-4b99-88e5-2cf7f45965bd",
        "Managed-CORS-and-SecurityHeadersPolicy": "e61eb60c-9c35-4d20-a928-2b84e02af89c",
        "Managed-SecurityHeadersPolicy": "67f7725c-6f97-4210-82d7-5512b31e9d03",
        "Managed-SimpleCORS": "60669652-455b-4ae9-85a4-c4c02393f86c",
    },
}


def _managed(kind: str, name: str, identifier: str) -> dict[str, Any]:
    config = {"Name": name, "Comment": "Managed by AWS", "MinTTL": 1}
    return {"Id": identifier, "LastModifiedTime": 0, f"{kind}Config": config, "_type": "managed", "_revision": 1}


def _etag(policy: dict[str, Any]) -> str:
    return f"E{policy['Id'][:8].upper()}{policy['_revision']}"


def _public(policy: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in policy.items() if not key.startswith("_")}


class Policies:
    """The operations of one kind of policy: the kinds differ in nothing but names."""

    def __init__(self, kind: str) -> None:
        self.kind, self.config = kind, f"{kind}Config"
        self.managed = {identifier: _managed(kind, name, identifier) for name, identifier in MANAGED[kind].items()}

    def register(self) -> None:
        """Register the operations."""
        operation("cloudfront", f"Create{self.kind}")(self.create)
        operation("cloudfront", f"Get{self.kind}", f"Get{self.config}")(self.get)
        operation("cloudfront", f"Update{self.kind}")(self.update)
        operation("cloudfront", f"Delete{self.kind}")(self.delete)
        operation("cloudfront", f"List{self.kind[:-1]}ies")(self.list_all)

    def _find(self, call: Call) -> dict[str, Any]:
        name = call.params["Id"]
        policy: dict[str, Any] = self.managed.get(name) or call.find(self.kind, name, f"NoSuch{self.kind}")
        return policy

    def _current(self, call: Call) -> dict[str, Any]:
        """Return the policy, if it may be changed and the caller knows its current version."""
        policy = self._find(call)
        if policy["_type"] == "managed":
            fail("IllegalUpdate", f"{policy[self.config]['Name']} is managed by AWS")
        if call.params.get("IfMatch") != _etag(policy):
            fail("PreconditionFailed", "the ETag in If-Match is not the current one")
        return policy

    def _view(self, policy: dict[str, Any]) -> Answer:
        location = f"/2020-05-31/{policy['Id']}"
        return {
            self.kind: _public(policy),
            self.config: policy[self.config],
            "ETag": _etag(policy),
            "Location": location,
        }

    def create(self, call: Call) -> Answer:
        """Not implemented."""
        config, found = call.params[self.config], call.resources(self.kind)
        if any(policy[self.config]["Name"] == config["Name"] for policy in found.values()):
            fail(f"{self.kind}AlreadyExists", f"a policy with the name {config['Name']} exists already")
        policy = {
            "Id": new_id(),
            "LastModifiedTime": time.time(),
            self.config: config,
            "_type": "custom",
            "_revision": 1,
        }
        found[policy["Id"]] = policy
        return self._view(policy)

    def get(self, call: Call) -> Answer:
        """Not implemented."""
        return self._view(self._find(call))

    def update(self, call: Call) -> Answer:
        """Not implemented."""
        policy = self._current(call)
        revision = policy["_revision"] + 1
        policy.update({self.config: call.params[self.config], "LastModifiedTime": time.time(), "_revision": revision})
        return self._view(policy)

    def delete(self, call: Call) -> None:
        """Not implemented."""
        del call.resources(self.kind)[self._current(call)["Id"]]

    def list_all(self, call: Call) -> Answer:
        """Not implemented."""
        policies = [*self.managed.values(), *call.resources(self.kind).values()]
        wanted = call.params.get("Type")
        found = [{"Type": p["_type"], self.kind: _public(p)} for p in policies if wanted in (None, p["_type"])]
        return {f"{self.kind}List": {"MaxItems": 100, "Quantity": len(found), "Items": found}}


for _kind in MANAGED:
    Policies(_kind).register()
