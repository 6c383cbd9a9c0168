"""Each alarm can go off, in time, and only when something is wrong."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

MIB = 2**20
ABOVE = ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")
BELOW = ("LessThanThreshold", "LessThanOrEqualToThreshold")


@dataclass(frozen=True)
class Bounds:
    """When an alarm on a metric makes sense: on which side, between which thresholds, by which statistics.

    `least` itself is too low if `open`. `silence` says what missing data means: "wrong" where what should report every
    minute is down, "right" where nobody asked for anything, "" where it depends.
    """

    least: float
    most: float
    above: bool = True
    open: bool = False
    silence: str = ""
    sums: bool = False


PERCENT = Bounds(0, 95, open=True, silence="wrong")
FAILED = Bounds(0, 5, open=True, silence="right")
BYTES_LEFT = Bounds(32 * MIB, 2**46, above=False, silence="wrong")
METRICS = {
    ("AWS/ECS", "CPUUtilization"): PERCENT,
    ("AWS/ECS", "MemoryUtilization"): PERCENT,
    ("ECS/ContainerInsights", "RunningTaskCount"): Bounds(1, 5000, above=False, silence="wrong"),
    ("AWS/RDS", "CPUUtilization"): PERCENT,
    ("AWS/RDS", "DatabaseConnections"): Bounds(0, 5000, open=True, silence="wrong"),
    ("AWS/RDS", "FreeStorageSpace"): Bounds(256 * MIB, 2**46, above=False, silence="wrong"),
    ("AWS/RDS", "FreeableMemory"): BYTES_LEFT,
    ("AWS/RDS", "CPUCreditBalance"): Bounds(0, 1000, above=False, open=True, silence="wrong"),
    ("AWS/RDS", "ReadLatency"): Bounds(0, 0.1, open=True),
    ("AWS/RDS", "WriteLatency"): Bounds(0, 0.1, open=True),
    ("AWS/RDS", "ReplicaLag"): Bounds(0, 900, open=True, silence="wrong"),
    ("AWS/ElastiCache", "CPUUtilization"): PERCENT,
    ("AWS/ElastiCache", "EngineCPUUtilization"): PERCENT,
    ("AWS/ElastiCache", "DatabaseMemoryUsagePercentage"): PERCENT,
    ("AWS/ElastiCache", "DatabaseCapacityUsagePercentage"): PERCENT,
    ("AWS/ElastiCache", "FreeableMemory"): BYTES_LEFT,
    ("AWS/ElastiCache", "Evictions"): Bounds(0, 10_000, silence="wrong"),
    ("AWS/ElastiCache", "CurrConnections"): Bounds(0, 65_000, open=True, silence="wrong"),
    ("AWS/ElastiCache", "ReplicationLag"): Bounds(0, 60, open=True),
    ("AWS/ApplicationELB", "TargetResponseTime"): Bounds(0, 10, open=True, silence="right"),
    ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count"): Bounds(0, 1000, silence="right", sums=True),
    ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count"): Bounds(0, 1000, silence="right", sums=True),
    ("AWS/ApplicationELB", "UnHealthyHostCount"): Bounds(0, 1),
    ("AWS/ApplicationELB", "HealthyHostCount"): Bounds(1, 1000, above=False),
    ("AWS/NetworkELB", "UnHealthyHostCount"): Bounds(0, 1),
    ("AWS/NetworkELB", "HealthyHostCount"): Bounds(1, 1000, above=False),
    ("AWS/CloudFront", "5xxErrorRate"): FAILED,
    ("AWS/CloudFront", "TotalErrorRate"): Bounds(0, 20, open=True, silence="right"),
    ("AWS/CloudFront", "OriginLatency"): Bounds(0, 10_000, open=True, silence="right"),
    ("AWS/NATGateway", "ErrorPortAllocation"): Bounds(0, 100, silence="right", sums=True),
    ("AWS/EC2", "StatusCheckFailed"): Bounds(0, 1),
    ("AWS/EC2", "StatusCheckFailed_Instance"): Bounds(0, 1),
    ("AWS/EC2", "StatusCheckFailed_System"): Bounds(0, 1),
    ("AWS/CertificateManager", "DaysToExpiry"): Bounds(7, 45, above=False),
}
COUNTED = Bounds(0, 100, silence="right", sums=True)
# Latencies that the blueprint promises, and how many of the metric's units make a millisecond.
PROMISED = {("AWS/ApplicationELB", "TargetResponseTime"): 0.001, ("AWS/CloudFront", "OriginLatency"): 1.0}
# A metric that is 0 or 1: what is not above 0 must be at least 1.
SWITCHES = ("StatusCheckFailed", "StatusCheckFailed_Instance", "StatusCheckFailed_System")


@policy(
    id="TIER_AWS_083",
    title="Alarms can go off in time, and only when something is wrong",
    severity=Severity.HIGH,
    why="An alarm that its metric cannot reach is none, and one that is always on is soon ignored.",
    remedy="set `threshold`, `comparison_operator`, `statistic`, `period`, `evaluation_periods` and "
    "`treat_missing_data` so that the alarm goes off within the hour and stays quiet when all is well",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html",
    resources=["aws_cloudwatch_metric_alarm"],
    unknown=rejected("what an alarm goes off at is a literal of the blueprint"),
)
def fires(alarm: Resource) -> Iterator[Fault]:
    """Refuse what an alarm can never reach, always reaches, or reaches too late."""
    yield from _in_time(alarm)
    if alarm["metric_query"]:
        yield from _of_expression(alarm)
        return
    name = (alarm["namespace"], alarm["metric_name"])
    if not all(name):
        yield Fault("it looks at no metric", "metric_name")
        return
    bounds = METRICS.get(name) or (COUNTED if _counted(alarm) else None)
    if bounds is None:
        return
    yield from _side(alarm, bounds)
    yield from _threshold(alarm, bounds, name)
    yield from _statistic(alarm, bounds, name)
    yield from _silence(alarm, bounds)


def _counted(alarm: Resource) -> bool:
    """Say whether a log metric filter of the plan makes the metric."""
    return any(
        block.get("name") == alarm["metric_name"] and block.get("namespace") == alarm["namespace"]
        for item in alarm.plan.of("aws_cloudwatch_log_metric_filter")
        for block in item.blocks("metric_transformation")
    )


def _in_time(alarm: Resource) -> Iterator[Fault]:
    """Refuse periods that CloudWatch does not have, and those that tell too late."""
    periods, needed = alarm["evaluation_periods"], alarm["datapoints_to_alarm"]
    if not periods or periods < 1:
        yield Fault("it looks at no period", "evaluation_periods")
        return
    if known(needed) and needed and not 1 <= needed <= periods:
        yield Fault(f"{needed} of {periods} periods can never be over the threshold", "datapoints_to_alarm")
    daily = alarm["metric_name"] == "DaysToExpiry"
    for period in _periods(alarm):
        if period not in (10, 20, 30) and (period < 60 or period % 60):
            yield Fault(f"CloudWatch has no period of {period} s", "period")
        elif period * periods > (2 * 86400 if daily else 3600):
            yield Fault(f"it takes {period * periods} s to go off", "evaluation_periods")


def _periods(alarm: Resource) -> list[int]:
    if not alarm["metric_query"]:
        return [alarm["period"] or 60]
    queries = alarm.blocks("metric_query")
    return [metric.get("period") or 60 for query in queries for metric in query.get("metric") or []]


def _side(alarm: Resource, bounds: Bounds) -> Iterator[Fault]:
    operator = alarm["comparison_operator"]
    if operator not in (ABOVE if bounds.above else BELOW):
        side = "above" if bounds.above else "below"
        yield Fault(f"{operator}: this metric is wrong when it is {side} the threshold", "comparison_operator")


def _threshold(alarm: Resource, bounds: Bounds, name: tuple[str, str]) -> Iterator[Fault]:
    """Compare the threshold with what the metric can reach, and with what is promised."""
    threshold = alarm["threshold"]
    if threshold is None:
        yield Fault("it has no threshold", "threshold")
        return
    least, most = bounds.least, min([bounds.most, *_limits(alarm, name)])
    inclusive = alarm["comparison_operator"] == "GreaterThanOrEqualToThreshold"
    if name[1] in SWITCHES and not inclusive:
        most = 0
    if threshold > most:
        what = "never goes off" if bounds.above else "is always on"
        yield Fault(f"with a threshold of {threshold:g} it {what} in time; at most {most:g} is right", "threshold")
    if threshold < least or (threshold == least and (bounds.open or (bounds.above and inclusive))):
        what = "is always on" if bounds.above else "never goes off"
        yield Fault(f"with a threshold of {threshold:g} it {what} in time; {least:g} is too little", "threshold")
    yield from _fewest(alarm, name)


def _limits(alarm: Resource, name: tuple[str, str]) -> list[float]:
    """Return the highest thresholds that the promises and the database's size allow."""
    found: list[float] = []
    promised = alarm.plan.promises.get("p95_ms")
    if name in PROMISED and promised:
        found.append(promised * PROMISED[name])
    for database in _database(alarm, name):
        storage = database["allocated_storage"]
        if name[1] == "FreeStorageSpace" and known(storage) and storage:
            found.append(storage * 1024 * MIB / 2)
        memory = _memory(database)
        if name[1] == "FreeableMemory" and memory:
            found.append(memory / 2)
        if name[1] == "DatabaseConnections" and memory:
            found.append(_connections(database, memory) * 0.95)
    return found


def _database(alarm: Resource, name: tuple[str, str]) -> list[Resource]:
    """Return the database that the alarm's dimension names, if it is in the plan."""
    dimensions = alarm["dimensions"]
    value = (dimensions or {}).get("DBInstanceIdentifier") if known(dimensions) else None
    if name[0] != "AWS/RDS" or not known(value) or not value:
        return []
    return [item for item in alarm.plan.of("aws_db_instance") if value in item.identities]


def _memory(database: Resource) -> float:
    """Return an upper bound of a class's memory in bytes; 0 where the class says too little."""
    label = database["instance_class"]
    match = re.fullmatch(r"db\.([a-z])[^.]*\.(\w+)", label) if known(label) and label else None
    if match is None:
        return 0
    family, size = match.groups()
    small = {"micro": 1, "small": 2, "medium": 4, "large": 8, "xlarge": 16, "2xlarge": 32}
    if family == "t":
        return small.get(size, 0) * 1024.0 * MIB
    vcpus = 2 if size == "large" else 4 * int(re.sub(r"\D", "", size) or 1) if size.endswith("xlarge") else 0
    return vcpus * {"c": 2, "m": 4, "r": 8}.get(family, 0) * 1024.0 * MIB


def _connections(database: Resource, memory: float) -> float:
    """Return how many connections a PostgreSQL database takes: its parameter group's word, or RDS's default."""
    for group in database.refers_to("parameter_group_name"):
        for parameter in group.blocks("parameter") if group.type == "aws_db_parameter_group" else []:
            value = parameter.get("value")
            if parameter.get("name") == "max_connections" and known(value):
                return float(str(value)) if str(value).isdigit() else 5000
    return min(memory / 9531392, 5000)


def _fewest(alarm: Resource, name: tuple[str, str]) -> Iterator[Fault]:
    """Compare the alarm on too few tasks with the fewest and the most that auto-scaling runs."""
    dimensions = alarm["dimensions"]
    if name[1] != "RunningTaskCount" or not known(dimensions) or not dimensions:
        return
    service = dimensions.get("ServiceName")
    inclusive = alarm["comparison_operator"] == "LessThanOrEqualToThreshold"
    first = alarm["threshold"] + (1 if inclusive else 0)
    for target in alarm.plan.of("aws_appautoscaling_target"):
        place = target["resource_id"]
        if not known(place) or not known(service) or not str(place).endswith(f"/{service}"):
            continue
        if first < (target["min_capacity"] or 0):
            yield Fault(f"it is quiet with fewer tasks than the least, {target['min_capacity']}", "threshold")
        if target["max_capacity"] and first > target["max_capacity"]:
            yield Fault(f"it is on even with the most tasks, {target['max_capacity']}", "threshold")


def _statistic(alarm: Resource, bounds: Bounds, name: tuple[str, str]) -> Iterator[Fault]:
    """Refuse a statistic that hides what the alarm looks for."""
    statistic = alarm["statistic"] or alarm["extended_statistic"]
    hiding = ("Minimum", "SampleCount") if bounds.above else ("Maximum", "SampleCount", "Sum")
    if not statistic:
        yield Fault("it has no statistic", "statistic")
    elif statistic in hiding or (bounds.sums and statistic != "Sum"):
        yield Fault(f"{statistic} hides what is wrong", "statistic")
    elif statistic == "Sum" and not bounds.sums and name[1] not in ("Evictions", "UnHealthyHostCount"):
        yield Fault("a sum of shares or levels means nothing", "statistic")
    elif name in PROMISED and alarm.plan.promises.get("p95_ms") and not _high(statistic):
        yield Fault(f"{statistic} is not the 95th percentile that is promised", "statistic")


def _high(statistic: str) -> bool:
    """Say whether a statistic is the 95th percentile or a higher one."""
    match = re.fullmatch(r"p(\d+(?:\.\d+)?)", statistic)
    return statistic == "Maximum" or (match is not None and float(match[1]) >= 95)


def _silence(alarm: Resource, bounds: Bounds) -> Iterator[Fault]:
    """Compare what missing data are taken for with what they mean."""
    treated = alarm["treat_missing_data"] or "missing"
    good = ("breaching",) if alarm.plan.tier in TIERS else ("breaching", "missing")
    if bounds.silence == "wrong" and treated not in good:
        yield Fault(f"{treated}: it stays quiet when what it watches is gone", "treat_missing_data")
    if bounds.silence == "right" and treated == "breaching":
        yield Fault("it is on whenever nobody asks for anything", "treat_missing_data")


def _of_expression(alarm: Resource) -> Iterator[Fault]:
    """Judge an alarm on an expression of several metrics; a share of failed requests by its threshold, too."""
    queries = alarm.blocks("metric_query")
    if alarm["threshold_metric_id"]:
        return  # a band that CloudWatch learns is no threshold that could be judged
    returned = [query for query in queries if query.get("return_data")]
    if len(returned) != 1:
        yield Fault(f"{len(returned)} of its metrics return data; one must", "metric_query")
        return
    by_id = {query.get("id"): query for query in queries}
    used = _used(returned[0].get("id"), by_id)
    if missing := sorted(used - set(by_id)):
        yield Fault(f"its expression uses {', '.join(missing)}, which it does not define", "metric_query")
    metrics = [
        (metric.get("namespace"), metric.get("metric_name") or "", metric.get("stat"))
        for id_ in sorted(used & set(by_id))
        for metric in by_id[id_].get("metric") or []
    ]
    if not metrics:
        yield Fault("its expression uses no metric", "metric_query")
    failed = [name for _, name, _ in metrics if re.search("5XX", name)]
    if failed and any(name == "RequestCount" for _, name, _ in metrics):
        yield from _share(alarm, str(returned[0].get("expression") or ""))
    for _, name, stat in metrics:
        if (name in failed or name == "RequestCount") and stat != "Sum":
            yield Fault(f"{stat} of {name} is no count", "metric_query")


def _share(alarm: Resource, expression: str) -> Iterator[Fault]:
    """Judge an alarm on the share of requests that failed, in percent if the expression says 100."""
    most = 5.0 if re.search(r"\b100\b", expression) else 0.05
    if not alarm["threshold"] or not 0 < alarm["threshold"] <= most:
        yield Fault(f"a share of {alarm['threshold']} is no threshold; above 0 to {most:g} is right", "threshold")
    yield from _side(alarm, FAILED)
    yield from _silence(alarm, FAILED)


def _used(id_: Any, by_id: dict[Any, Any]) -> set[str]:
    """Return the ids that an expression uses, through others, its own first."""
    found: set[str] = set()
    waiting = [id_]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        expression = by_id.get(name, {}).get("expression") or ""
        # An id starts with a lower-case letter; functions are written in capitals, texts in quotes.
        waiting += re.findall(r"\b[a-z]\w*", re.sub(r"'[^']*'|\"[^\"]*\"", "", expression))
    return found
