"""What a month's traffic amounts to: requests, gigabytes, and the load of each hour, all from one traffic model."""

from __future__ import annotations

from dataclasses import dataclass

from generator.blueprint.traffic import DAYS, HOURS, Traffic

SECONDS = 3600
KB_PER_GB = 1_000_000
# One LCU takes any of these (AWS, Elastic Load Balancing pricing): the largest share counts.
LCU_CONNECTIONS, LCU_ACTIVE, LCU_GB = 25, 3000, 1
NEW_CONNECTIONS = 0.01  # of a request: CloudFront keeps its connections to the origin


@dataclass(frozen=True, slots=True)
class Volumes:
    """A month of `traffic`, whose peak is `peak` requests per second at the edge."""

    traffic: Traffic
    peak: float

    @property
    def requests(self) -> float:
        """Return the requests of viewers."""
        day = sum(self.traffic.requests_per_second) * SECONDS
        return day * self.traffic.equivalent_days + self.peak * 60 * self.traffic.peak_minutes

    @property
    def missed(self) -> float:
        """Return the requests that the edge does not answer."""
        return self.requests * (1 - self.traffic.edge_share)

    @property
    def origin(self) -> float:
        """Return the requests that the tasks answer."""
        return self.missed * (1 - self.traffic.bucket_share)

    @property
    def out_gb(self) -> float:
        """Return what the edge sends to viewers."""
        return self.requests * self.traffic.response_kb / KB_PER_GB

    @property
    def to_origin_gb(self) -> float:
        """Return what the edge sends to the origins."""
        return self.missed * self.traffic.request_kb / KB_PER_GB

    @property
    def log_gb(self) -> float:
        """Return what the tasks log."""
        return self.origin * self.traffic.log_kb / KB_PER_GB

    @property
    def data_gb(self) -> float:
        """Return what tasks, database and cache exchange, both ways together."""
        return self.origin * self.traffic.data_kb / KB_PER_GB

    @property
    def bucket_gets(self) -> float:
        """Return the objects that S3 gives."""
        return self.missed * self.traffic.bucket_share

    @property
    def bucket_puts(self) -> float:
        """Return the objects that the tasks put into S3."""
        return self.origin * self.traffic.upload_share

    def share_at_tasks(self) -> float:
        """Return which share of viewers' requests reaches the tasks."""
        return (1 - self.traffic.edge_share) * (1 - self.traffic.bucket_share)

    def day(self) -> tuple[float, ...]:
        """Return the requests per second at the tasks in each hour of a school day."""
        return tuple(rate * self.share_at_tasks() for rate in self.traffic.requests_per_second)

    def peak_at_tasks(self) -> float:
        """Return the requests per second at the tasks when the promised rate is reached."""
        return self.peak * self.share_at_tasks()

    def lcu_hours(self) -> float:
        """Return the LCU-hours of the load balancer: in each hour that dimension counts which is used most."""
        daily = sum(self.lcus(rate) for rate in self.day())
        return daily * self.traffic.equivalent_days + self.lcus(self.peak_at_tasks()) * self.traffic.peak_minutes / 60

    def lcus(self, rate: float) -> float:
        """Return the LCUs of `rate` requests per second; rules are below ten, which are free."""
        gb = rate * SECONDS * (self.traffic.response_kb + self.traffic.request_kb) / KB_PER_GB
        new = rate * NEW_CONNECTIONS
        return max(new / LCU_CONNECTIONS, new * 60 / LCU_ACTIVE, gb / LCU_GB)


__all__ = ["DAYS", "HOURS", "Volumes"]
