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

    `least` itself is too low if `open`. `silence` says what missing data means, a key of SILENCE; "" where it depends.
    """

    least: float
    most: float
    above: bool = True
    open: bool = False
    silence: str = ""
    sums: bool = False


ANY = ("breaching", "notBreaching", "ignore", "missing")
# What missing data may be taken for, in a tier and elsewhere, by why they are missing, and what goes wrong otherwise.
SILENCE = {
    "gone": (("breaching",), ("breaching", "missing"), "it stays quiet when what it watches is gone"),
    "idle": (("notBreaching",), ANY[1:], "with no requests nobody knows what it says"),
    "other": (("notBreaching",), ANY, "what has nothing to report leaves it undecided"),
    "rare": (("ignore", "breaching"), ("ignore", "breaching", "missing"), "it forgets the last report, or the expiry"),
    "checks": (("breaching",), ANY, "it stays quiet when what it watches is gone"),
}
PERCENT = Bounds(0, 95, open=True, silence="gone")
FAILED = Bounds(0, 5, open=True, silence="idle")
BYTES_LEFT = Bounds(32 * MIB, 2**46, above=False, silence="gone")
LATENCY = Bounds(0, 0.1, open=True, silence="gone")
CHECKS = Bounds(0, 1, silence="checks")
METRICS = {
    ("AWS/ECS", "CPUUtilization"): PERCENT,
    ("AWS/ECS", "MemoryUtilization"): PERCENT,
    ("ECS/ContainerInsights", "RunningTaskCount"): Bounds(1, 5000, above=False, silence="gone"),
    ("AWS/RDS", "CPUUtilization"): PERCENT,
    ("AWS/RDS", "DatabaseConnections"): Bounds(0, 5000, open=True, silence="gone"),
    ("AWS/RDS", "FreeStorageSpace"): Bounds(256 * MIB, 2**46, above=False, silence="gone"),
    ("AWS/RDS", "FreeableMemory"): BYTES_LEFT,
    ("AWS/RDS", "CPUCreditBalance"): Bounds(0, 1000, above=False, open=True, silence="gone"),
    ("AWS/RDS", "ReadLatency"): LATENCY,
    ("AWS/RDS", "WriteLatency"): LATENCY,
    ("AWS/RDS", "ReplicaLag"): Bounds(0, 900, open=True, silence="gone"),
    ("AWS/ElastiCache", "CPUUtilization"): PERCENT,
    ("AWS/ElastiCache", "EngineCPUUtilization"): PERCENT,
    ("AWS/ElastiCache", "DatabaseMemoryUsagePercentage"): PERCENT,
    ("AWS/ElastiCache", "DatabaseCapacityUsagePercentage"): PERCENT,
    ("AWS/ElastiCache", "FreeableMemory"): BYTES_LEFT,
    ("AWS/ElastiCache", "Evictions"): Bounds(0, 10_000, silence="gone"),
    ("AWS/ElastiCache", "CurrConnections"): Bounds(0, 65_000, open=True, silence="gone"),
    ("AWS/ElastiCache", "ReplicationLag"): Bounds(0, 60, open=True, silence="other"),
    ("AWS/ApplicationELB", "TargetResponseTime"): Bounds(0, 10, open=True, silence="idle"),
    ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count"): Bounds(0, 1000, silence="idle", sums=True),
    ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count"): Bounds(0, 1000, silence="idle", sums=True),
    ("AWS/ApplicationELB", "UnHealthyHostCount"): Bounds(0, 1, silence="other"),
    ("AWS/ApplicationELB", "HealthyHostCount"): Bounds(1, 1000, above=False),
    ("AWS/NetworkELB", "UnHealthyHostCount"): Bounds(0, 1, silence="other"),
    ("AWS/NetworkELB", "HealthyHostCount"): Bounds(1, 1000, above=False),
    ("AWS/CloudFront", "5xxErrorRate"): FAILED,
    ("AWS/CloudFront", "TotalErrorRate"): Bounds(0, 20, open=True, silence="idle"),
    ("AWS/CloudFront", "OriginLatency"): Bounds(0, 10_000, open=True, silence="idle"),
    ("AWS/NATGateway", "ErrorPortAllocation"): Bounds(0, 100, silence="idle", sums=True),
    ("AWS/EC2", "StatusCheckFailed"): CHECKS,
    ("AWS/EC2", "StatusCheckFailed_Instance"): CHECKS,
    ("AWS/EC2", "StatusCheckFailed_System"): CHECKS,
    ("AWS/CertificateManager", "DaysToExpiry"): Bounds(7, 45, above=False, silence="rare"),
}
COUNTED = Bounds(0, 100, silence="idle", sums=True)
# Narrower bounds of a tier: below them an alarm rings at ordinary load, above them too late.
BUSY = (60, 95)
IN_TIERS: dict[tuple[str, str], tuple[float, float]] = {
    ("AWS/ECS", "CPUUtilization"): BUSY,
    ("AWS/ECS", "MemoryUtilization"): BUSY,
    ("AWS/RDS", "CPUUtilization"): BUSY,
    ("AWS/RDS", "CPUCreditBalance"): (30, 288),  # half an hour of one vCPU, to a day's earnings of the smallest class
    ("AWS/RDS", "ReplicaLag"): (300, 900),  # an idle source makes PostgreSQL report up to five minutes
    ("AWS/ElastiCache", "CPUUtilization"): BUSY,
    ("AWS/ElastiCache", "EngineCPUUtilization"): BUSY,
    ("AWS/ElastiCache", "DatabaseMemoryUsagePercentage"): BUSY,
    ("AWS/ElastiCache", "DatabaseCapacityUsagePercentage"): BUSY,
    ("AWS/ElastiCache", "Evictions"): (0, 5000),
    ("AWS/ElastiCache", "CurrConnections"): (6500, 58_500),  # a tenth to nine tenths of what a node takes
    ("AWS/ElastiCache", "ReplicationLag"): (1, 60),
    ("AWS/CertificateManager", "DaysToExpiry"): (21, 45),  # ACM renews 60 days before; three weeks to repair it
}
COUNTED_IN_TIERS = (0, 50)
SLOWEST, SLOWEST_IN_TIERS = 3600, 900
DAY = 86400
# Actions on an instance, and for how long its check must have failed: what AWS recommends, so that they do not race.
PATIENCE = {"ec2:recover": 120, "ec2:reboot": 180}
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
    """Refuse periods that CloudWatch does not have, and those that tell too late, or too soon."""
    periods, needed = alarm["evaluation_periods"], alarm["datapoints_to_alarm"]
    if not periods or periods < 1:
        yield Fault("it looks at no period", "evaluation_periods")
        return
    if known(needed) and needed and not 1 <= needed <= periods:
        yield Fault(f"{needed} of {periods} periods can never be over the threshold", "datapoints_to_alarm")
    for namespace, period in _periods(alarm):
        if period not in (10, 20, 30) and (period < 60 or period % 60):
            yield Fault(f"CloudWatch has no period of {period} s", "period")
        elif period < 60 and namespace.startswith(("AWS/", "ECS/")):
            yield Fault(f"AWS reports no metric of its own every {period} s", "period")
        else:
            yield from _paced(alarm, period, periods)


def _periods(alarm: Resource) -> list[tuple[str, int]]:
    """Return the namespace and the period of each metric that an alarm looks at."""
    if not alarm["metric_query"]:
        return [(str(alarm["namespace"] or ""), alarm["period"] or 60)]
    queries = alarm.blocks("metric_query")
    metrics = [metric for query in queries for metric in query.get("metric") or []]
    return [(str(metric.get("namespace") or ""), metric.get("period") or 60) for metric in metrics]


def _paced(alarm: Resource, period: int, periods: int) -> Iterator[Fault]:
    """Compare how long an alarm takes with how soon somebody, or its action, must act."""
    takes, daily = period * periods, alarm["metric_name"] == "DaysToExpiry"
    in_tier = alarm.plan.tier in TIERS
    most = 2 * DAY if daily else SLOWEST_IN_TIERS if in_tier else SLOWEST
    if takes > most:
        yield Fault(f"it takes {takes} s to go off; at most {most} s are right", "evaluation_periods")
    if daily and in_tier and period < DAY:
        yield Fault(f"the metric comes once or twice a day: {period} s may pass without", "period")
    for action, least in _acts(alarm):
        if takes < least:
            yield Fault(f"{action} after {takes} s is too soon; at least {least} s are right", "evaluation_periods")


def _acts(alarm: Resource) -> list[tuple[str, int]]:
    """Return what an alarm does to an instance by itself, and how many seconds that should wait."""
    actions = alarm["alarm_actions"]
    arns = [str(item) for item in actions or [] if known(item)] if known(actions) else []
    return [(name, least) for name, least in PATIENCE.items() if any(arn.endswith(f":{name}") for arn in arns)]


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
    low, high = _range(alarm, bounds, name)
    least, most = max([low, *_least(alarm, name)]), min([high, *_limits(alarm, name)])
    inclusive = alarm["comparison_operator"] == "GreaterThanOrEqualToThreshold"
    if name[1] in SWITCHES and not inclusive:
        most = 0
    if threshold > most:
        what = "never goes off" if bounds.above else "is always on"
        yield Fault(f"with a threshold of {threshold:g} it {what} in time; at most {most:g} is right", "threshold")
    if threshold < least or (threshold == least and ((bounds.open and not least) or (bounds.above and inclusive))):
        what = "is always on" if bounds.above else "never goes off"
        yield Fault(f"with a threshold of {threshold:g} it {what} in time; {least:g} is too little", "threshold")
    yield from _fewest(alarm, name)


def _range(alarm: Resource, bounds: Bounds, name: tuple[str, str]) -> tuple[float, float]:
    """Return the lowest and the highest threshold that make sense, in a tier or anywhere."""
    if alarm.plan.tier not in TIERS:
        return bounds.least, bounds.most
    return IN_TIERS.get(name) or (COUNTED_IN_TIERS if bounds is COUNTED else (bounds.least, bounds.most))


def _least(alarm: Resource, name: tuple[str, str]) -> list[float]:
    """Return the lowest thresholds that the promises allow and, in a tier, the database's size."""
    promised = alarm.plan.promises.get("p95_ms")
    found = [0.6 * promised * PROMISED[name]] if name in PROMISED and promised else []
    for database in _database(alarm, name) if alarm.plan.tier in TIERS else []:
        storage, memory = database["allocated_storage"], _memory(database)
        # Storage that has grown by itself is more than the alarm was written for.
        if name[1] == "FreeStorageSpace" and database.action == "create" and known(storage) and storage:
            found.append(storage * 1024 * MIB * 0.1)
        if name[1] == "FreeableMemory":
            found.append(memory * 0.075)
        if name[1] == "DatabaseConnections" and memory:
            found.append(_connections(database, memory) * 0.6)
    return found


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
    if not bounds.silence or (bounds.silence == "checks" and _acts(alarm)):
        return  # what restarts an instance may wait for its next report
    treated = alarm["treat_missing_data"] or "missing"
    in_tier, elsewhere, what = SILENCE[bounds.silence]
    if treated not in (in_tier if alarm.plan.tier in TIERS else elsewhere):
        yield Fault(f"missing data as {treated}: {what}", "treat_missing_data")


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
    for index, query in enumerate(queries):
        if not query.get("metric") and not query.get("expression"):
            yield Fault(f"{query.get('id')} is neither a metric nor an expression", f"metric_query[{index}]")
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
