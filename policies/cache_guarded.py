"""Whoever talks to the cache does so over TLS, has proven who they are, and may do no more than they must."""

from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

# What lets a user do all that it likes; the categories that bring dangerous commands along, and what takes them back.
ALL = ("+@all", "allcommands")
BRINGING = (*ALL, "+@read", "+@write", "+@keyspace", "+@connection", "+@admin", "+@dangerous")
TAKING = ("-@all", "nocommands", "reset", "-@dangerous")


@policy(
    id="TIER_AWS_072",
    title="Caches ask for TLS and for a user who may do no more than needed",
    severity=Severity.CRITICAL,
    why="Who reaches a cache that asks for nothing reads all sessions, and can log in as anybody or empty it.",
    remedy='set `transit_encryption_enabled = true` with `transit_encryption_mode = "required"` and `user_group_ids`, '
    "switch the user called default off, and end access strings in `-@dangerous`",
    source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html",
    resources=["aws_elasticache_replication_group", "aws_elasticache_user", "aws_elasticache_user_group"],
    unknown=rejected("who may do what is a literal of the blueprint; the user group is judged by what it refers to"),
)
def guarded(resource: Resource) -> Iterator[Fault]:
    """Refuse a cache in clear or without users, and users without a password or with too many rights."""
    if resource.type == "aws_elasticache_user":
        yield from _user(resource)
    elif resource.type == "aws_elasticache_user_group":
        yield from _group(resource)
    else:
        yield from _encrypted(resource)
        yield from _authenticated(resource)


def _encrypted(cache: Resource) -> Iterator[Fault]:
    """Ask for TLS; Valkey has it by itself, and a mode that is left out is the strict one."""
    switch = cache["transit_encryption_enabled"]
    by_itself = known(switch) and switch is None and cache["engine"] == "valkey"
    if not by_itself and switch not in (True, "true"):
        yield Fault("it talks in clear", "transit_encryption_enabled")
    mode = cache["transit_encryption_mode"]
    written = "transit_encryption_mode" in cache.expressions
    if (known(mode) and mode not in (None, "", "required")) or (not known(mode) and written and mode != "required"):
        yield Fault(f"{mode}: it talks in clear with those who want to", "transit_encryption_mode")


def _authenticated(cache: Resource) -> Iterator[Fault]:
    """Ask for a user group, or for a token."""
    groups = cache["user_group_ids"]
    found = [item for item in cache.refers_to("user_group_ids") if item.type == "aws_elasticache_user_group"]
    token = cache["auth_token"]
    if (not known(token) or token) or (not known(groups) and found):
        return
    if not known(groups) and "user_group_ids" in cache.expressions:
        groups.get()
    if not known(groups) or not groups:
        yield Fault("it lets in whoever reaches it", "user_group_ids")


def _group(group: Resource) -> Iterator[Fault]:
    """Refuse the user called default that AWS has made: it needs no password and may do everything."""
    ids = group["user_ids"]
    if known(ids) and any(known(item) and item == "default" for item in ids or []):
        yield Fault("the user default that AWS has made needs no password and may do everything", "user_ids")
    if known(ids) and not ids:
        yield Fault("nobody is in it", "user_ids")
    elif group.plan.tier in TIERS and known(ids) and all(map(known, ids)):
        users = group.plan.of("aws_elasticache_user")
        names = [user["user_name"] for user in users if user["user_id"] in ids]
        if users and all(name == "default" for name in names):
            yield Fault("only the user default is in it, whom nobody can be", "user_ids")
        if len(names) == len(ids) and "default" not in names and group["engine"] != "valkey":
            yield Fault("no user called default is in it: ElastiCache refuses it", "user_ids")


def _user(user: Resource) -> Iterator[Fault]:
    """Judge a user that is on: by its password, and by what its rules leave when read from the left."""
    rules = (user["access_string"] or "").split()
    if user["no_password_required"] and user.plan.tier in TIERS:
        yield Fault("once it is on, whoever reaches the cache may act as this user", "no_password_required")
    if "on" not in rules or rules[::-1].index("on") > (rules[::-1].index("off") if "off" in rules else len(rules)):
        return
    if _without_password(user, rules):
        yield Fault("whoever reaches the cache may act as this user", "authentication_mode")
    if user["user_name"] == "default":
        yield Fault("the user that everybody is until they log in is on", "access_string")
    for names, text in ((ALL, "all commands"), (BRINGING, "commands that empty or stop the cache")):
        given = [index for index, rule in enumerate(rules) if rule.lower() in names]
        taken = [index for index, rule in enumerate(rules) if rule.lower() in TAKING]
        if given and max(given) > max(taken, default=-1) and (user.plan.tier in TIERS or names is ALL):
            yield Fault(f"it may use {text}", "access_string")
            return


def _without_password(user: Resource, rules: list[str]) -> bool:
    """Say whether a user needs neither a password nor IAM."""
    modes = user.blocks("authentication_mode")
    if any(mode.get("type") == "no-password-required" for mode in modes):
        return True
    if user["no_password_required"] or "nopass" in rules:
        return True
    passwords = user["passwords"]
    return not modes and known(passwords) and not passwords
