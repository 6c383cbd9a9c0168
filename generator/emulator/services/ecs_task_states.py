"""The course of a one-off task: pure functions of what it is and the emulated seconds since it was started."""

from __future__ import annotations

from dataclasses import dataclass

PROVISIONING, PENDING, RUNNING = "PROVISIONING", "PENDING", "RUNNING"
DEPROVISIONING, STOPPED = "DEPROVISIONING", "STOPPED"

PULLING_AT, RUNNING_AT, EXIT_AT, REFUSED_AT = 10.0, 30.0, 60.0, 40.0
LEAVING_SECONDS = 10.0
KILLED = 143  # by SIGTERM, which ends the process in a container that does not handle it


@dataclass(frozen=True)
class Course:
    """What lies before a task: `exit_codes` by container, or why its image cannot be pulled."""

    exit_codes: dict[str, int]
    cannot_pull: str = ""
    stopped_at: float | None = None
    stop_reason: str = ""


@dataclass(frozen=True)
class Seen:
    """What a task shows at a point of its course; times in emulated seconds, exit codes once it has ended."""

    status: str
    desired: str
    pulling: float | None = None
    started: float | None = None
    stopping: float | None = None
    stopped: float | None = None
    stop_code: str = ""
    reason: str = ""
    exit_codes: dict[str, int] | None = None


def look(course: Course, seconds: float) -> Seen:
    """Return what the task shows after so many emulated seconds."""
    pulling = PULLING_AT if seconds >= PULLING_AT else None
    natural = REFUSED_AT if course.cannot_pull else EXIT_AT
    leaving = natural if course.stopped_at is None else min(natural, course.stopped_at)
    started = RUNNING_AT if not course.cannot_pull and min(seconds, leaving) >= RUNNING_AT else None
    if seconds < leaving:
        status = RUNNING if started else PENDING if pulling else PROVISIONING
        return Seen(status, RUNNING, pulling, started)
    gone = seconds >= leaving + LEAVING_SECONDS
    code, reason, exits = _ending(course, leaving < natural, started is not None)
    return Seen(
        status=STOPPED if gone else DEPROVISIONING,
        desired=STOPPED,
        pulling=PULLING_AT if leaving >= PULLING_AT else None,
        started=started,
        stopping=leaving,
        stopped=leaving + LEAVING_SECONDS if gone else None,
        stop_code=code,
        reason=reason,
        exit_codes=exits,
    )


def _ending(course: Course, by_user: bool, ran: bool) -> tuple[str, str, dict[str, int] | None]:
    if by_user:
        return "UserInitiated", course.stop_reason, dict.fromkeys(course.exit_codes, KILLED) if ran else None
    if course.cannot_pull:
        return "TaskFailedToStart", course.cannot_pull, None
    return "EssentialContainerExited", "Essential container in task exited", course.exit_codes
