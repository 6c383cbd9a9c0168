"""ElastiCache: parameter groups, user groups, and replication groups with as many members as were asked for."""

from __future__ import annotations

from typing import Any

from generator.emulator.registry import Answer, Call, fail, given, operation
from generator.emulator.tagging import TagOperations, add_tagging, set_tags

PARAMETERS = "CacheParameterGroup"
NO_PARAMETERS = "CacheParameterGroupNotFound"
USERS = "UserGroup"
NO_USERS = "UserGroupNotFound"


add_tagging(
    "elasticache",
    TagOperations(write="AddTagsToResource", delete="RemoveTagsFromResource", arn="ResourceName", answered="TagList"),
    "Knows no parameter groups and no user groups.",
    others_by_moto=True,
)


# Parameter groups


def _parameters(call: Call) -> dict[str, str]:
    values: dict[str, str] = call.find(PARAMETERS, call.params["CacheParameterGroupName"], NO_PARAMETERS)["_values"]
    return values


@operation("elasticache", "CreateCacheParameterGroup")
def create_parameter_group(call: Call) -> Answer:
    """Not implemented."""
    name = call.params["CacheParameterGroupName"].lower()
    if name in call.resources(PARAMETERS):
        fail("CacheParameterGroupAlreadyExists", f"{name} exists already")
    arn = call.arn(f"parametergroup:{name}")
    group = {**given(call.params, "Tags"), "CacheParameterGroupName": name, "ARN": arn, "_values": {}}
    call.resources(PARAMETERS)[name] = group
    set_tags(call, arn, call.params.get("Tags"))
    return {"CacheParameterGroup": group}


@operation("elasticache", "DescribeCacheParameterGroups")
def describe_parameter_groups(call: Call) -> Answer:
    """Not implemented."""
    name = call.params.get("CacheParameterGroupName")
    groups = call.resources(PARAMETERS)
    return {"CacheParameterGroups": [call.find(PARAMETERS, key, NO_PARAMETERS) for key in ([name] if name else groups)]}


@operation("elasticache", "ModifyCacheParameterGroup")
def modify_parameter_group(call: Call) -> Answer:
    """Not implemented."""
    values = _parameters(call)
    for parameter in call.params["ParameterNameValues"]:
        values[parameter["ParameterName"]] = parameter.get("ParameterValue")
    return {"CacheParameterGroupName": call.params["CacheParameterGroupName"]}


@operation("elasticache", "ResetCacheParameterGroup")
def reset_parameter_group(call: Call) -> Answer:
    """Not implemented."""
    values = _parameters(call)
    if call.params.get("ResetAllParameters"):
        values.clear()
    for parameter in call.params.get("ParameterNameValues") or []:
        values.pop(parameter["ParameterName"], None)
    return {"CacheParameterGroupName": call.params["CacheParameterGroupName"]}


@operation("elasticache", "DescribeCacheParameters")
def describe_parameters(call: Call) -> Answer:
    """Not implemented; answers what was set, without the engine's defaults."""
    values = _parameters(call).items()
    return {"Parameters": [{"ParameterName": k, "ParameterValue": v, "Source": "user"} for k, v in values]}


@operation("elasticache", "DeleteCacheParameterGroup")
def delete_parameter_group(call: Call) -> None:
    """Not implemented."""
    name = call.params["CacheParameterGroupName"]
    users = [group for group in call.backend().replication_groups.values() if group.cache_parameter_group_name == name]
    if users:
        fail("InvalidCacheParameterGroupState", f"{name} is in use by {users[0].replication_group_id}")
    call.remove(PARAMETERS, name, NO_PARAMETERS)


# Users and user groups


def _check_users(call: Call, engine: str, names: list[str]) -> None:
    users = call.backend().users
    for name in names:
        if name not in users:
            fail("UserNotFound", f"User {name} not found.")
    if engine == "redis" and not any(users[name].name == "default" for name in names):
        fail("DefaultUserRequired", "A user group of Redis needs a user with the name default.")


def _link_users(call: Call, group: str, names: list[str]) -> None:
    """Let every user know the groups that it is in."""
    for user in call.backend().users.values():
        groups = [name for name in user.user_group_ids if name != group]
        user.user_group_ids = [*groups, group] if user.id in names else groups


@operation("elasticache", "CreateUserGroup")
def create_user_group(call: Call) -> Answer:
    """Not implemented."""
    name, engine, users = call.params["UserGroupId"], call.params["Engine"], call.params.get("UserIds") or []
    if name in call.resources(USERS):
        fail("UserGroupAlreadyExistsFault", f"User group {name} exists already.")
    _check_users(call, engine, users)
    arn = call.arn(f"usergroup:{name}")
    group = {"UserGroupId": name, "Engine": engine, "UserIds": users, "Status": "active", "ARN": arn}
    call.resources(USERS)[name] = group
    _link_users(call, name, users)
    set_tags(call, arn, call.params.get("Tags"))
    return group


@operation("elasticache", "DescribeUserGroups")
def describe_user_groups(call: Call) -> Answer:
    """Not implemented."""
    name = call.params.get("UserGroupId")
    replication = call.backend().replication_groups.values()
    found = [call.find(USERS, key, NO_USERS) for key in ([name] if name else call.resources(USERS))]
    for group in found:
        group["ReplicationGroups"] = [
            item.replication_group_id for item in replication if group["UserGroupId"] in item.user_group_ids
        ]
    return {"UserGroups": found}


@operation("elasticache", "ModifyUserGroup")
def modify_user_group(call: Call) -> Answer:
    """Not implemented."""
    group = call.find(USERS, call.params["UserGroupId"], NO_USERS)
    removed = call.params.get("UserIdsToRemove") or []
    users = [name for name in group["UserIds"] if name not in removed] + (call.params.get("UserIdsToAdd") or [])
    engine = call.params.get("Engine") or group["Engine"]
    _check_users(call, engine, users)
    group.update(Engine=engine, UserIds=users)
    _link_users(call, group["UserGroupId"], users)
    return dict(group)


@operation("elasticache", "DeleteUserGroup")
def delete_user_group(call: Call) -> Answer:
    """Not implemented."""
    group = call.remove(USERS, call.params["UserGroupId"], NO_USERS)
    _link_users(call, group["UserGroupId"], [])
    return {**group, "Status": "deleting"}


@operation("elasticache", "ModifyUser")
def modify_user(call: Call) -> Answer:
    """Not implemented."""
    users, name = call.backend().users, call.params["UserId"]
    if name not in users:
        fail("UserNotFound", f"User {name} not found.")
    user = users[name]
    user.access_string = call.params.get("AccessString") or user.access_string
    user.engine = call.params.get("Engine") or user.engine
    mode = call.params.get("AuthenticationMode") or {}
    if mode.get("Type"):
        user.authentication_type, user.no_password_required = mode["Type"], mode["Type"] == "no-password-required"
    user.passwords = mode.get("Passwords") or call.params.get("Passwords") or user.passwords
    return {
        "UserId": user.id,
        "UserName": user.name,
        "Status": user.status,
        "Engine": user.engine,
        "AccessString": user.access_string,
        "UserGroupIds": user.user_group_ids,
        "Authentication": user.authentication,
        "ARN": user.arn,
    }


# Subnet groups


@operation("elasticache", "ModifyCacheSubnetGroup")
def modify_subnet_group(call: Call) -> Answer:
    """Not implemented."""
    group = _subnet_group(call)
    description = call.params.get("CacheSubnetGroupDescription")
    subnets = call.params.get("SubnetIds") or group.subnet_ids
    fresh = type(group)(
        account_id=call.backend().account_id,
        region_name=call.region,
        cache_subnet_group_name=group.cache_subnet_group_name,
        cache_subnet_group_description=description or group.cache_subnet_group_description,
        subnet_ids=subnets,
        tags=group.tags,
    )
    call.backend().cache_subnet_groups[group.cache_subnet_group_name] = fresh
    return {"CacheSubnetGroup": {"CacheSubnetGroupName": fresh.cache_subnet_group_name, "ARN": fresh.arn}}


@operation("elasticache", "DeleteCacheSubnetGroup")
def delete_subnet_group(call: Call) -> None:
    """Not implemented."""
    del call.backend().cache_subnet_groups[_subnet_group(call).cache_subnet_group_name]


def _subnet_group(call: Call) -> Any:
    groups, name = call.backend().cache_subnet_groups, call.params["CacheSubnetGroupName"]
    if name not in groups:
        fail("CacheSubnetGroupNotFoundFault", f"Cache subnet group {name} does not exist.")
    return groups[name]
