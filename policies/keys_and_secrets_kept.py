"""Keys rotate and stay switched on; keys and secrets that are deleted by mistake can be brought back."""

from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

# Fewest days until a deleted key or secret is gone: in a tier the most that AWS waits, as a mistake may show late.
WINDOW = {"tier1": 30, "tier2": 30}
ANY_WINDOW = 7
KEYS = ("aws_kms_key", "aws_kms_replica_key", "aws_kms_external_key", "aws_kms_replica_external_key")


@policy(
    id="TIER_AWS_063",
    title="Keys rotate, and deleted keys and secrets can be brought back",
    severity=Severity.HIGH,
    why="What a deleted key has encrypted is lost for ever, and so is a secret deleted without a recovery window.",
    remedy="set `enable_key_rotation = true`, `deletion_window_in_days` of a key and "
    "`recovery_window_in_days` of a secret to 30 (elsewhere 7 or more), and name the key by an `aws_kms_alias`",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
    resources=[*KEYS, "aws_secretsmanager_secret"],
    unknown=rejected("windows and rotation are literals of the blueprint"),
)
def kept(resource: Resource) -> Iterator[Fault]:
    """Refuse a key or secret that is gone too soon, and a key that does not rotate or is switched off."""
    if resource.type == "aws_secretsmanager_secret":
        yield from _window(resource, "recovery_window_in_days")
        return
    yield from _window(resource, "deletion_window_in_days")
    for switch in ("is_enabled", "enabled"):
        if not _left_out(resource, switch) and not resource[switch]:
            yield Fault("it is switched off, and so is all that it encrypts", switch)
    if resource["bypass_policy_lockout_safety_check"]:
        yield Fault("its policy may lock everybody out", "bypass_policy_lockout_safety_check")
    if resource.type == "aws_kms_key":
        yield from _rotates(resource)
        yield from _named(resource)


def _window(resource: Resource, argument: str) -> Iterator[Fault]:
    """Ask for days in which a deletion can be taken back; AWS waits 30 where nothing is said."""
    days, least = resource[argument], WINDOW.get(resource.plan.tier, ANY_WINDOW)
    if not _unset(days) and days < least:
        yield Fault(f"deleted, it is gone after {days} days; {least} is the least", argument)


def _unset(value: object) -> bool:
    return known(value) and value is None


def _left_out(resource: Resource, attribute: str) -> bool:
    """Say whether an attribute is not set, or computed."""
    value = resource[attribute]
    return _unset(value) or (not known(value) and attribute not in resource.expressions)


def _rotates(key: Resource) -> Iterator[Fault]:
    """Ask for rotation of the keys that can: symmetric ones that encrypt, of KMS's own material."""
    usage, spec = key["key_usage"], key["customer_master_key_spec"]
    if (usage or "ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT" or (spec or "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        return
    if known(key["custom_key_store_id"]) and key["custom_key_store_id"]:
        return
    if not key["enable_key_rotation"]:
        yield Fault("it is never rotated", "enable_key_rotation")
    days = key["rotation_period_in_days"]
    if known(days) and days and days > 366:
        yield Fault(f"it is rotated every {days} days only", "rotation_period_in_days")


def _named(key: Resource) -> Iterator[Fault]:
    """Ask for an alias, so that people do not have to tell keys apart by their ids."""
    for alias in key.plan.of("aws_kms_alias"):
        target, id_ = alias["target_key_id"], key["key_id"]
        if alias.points_to(key, "target_key_id") or (known(target) and known(id_) and id_ and target == id_):
            return
    if key.plan.tier in TIERS:
        yield Fault("no alias names it")
