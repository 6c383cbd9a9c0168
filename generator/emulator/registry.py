"""What the emulator adds to moto: operations of its own, and amendments of moto's answers.

A handler takes a Call and returns the answer as botocore would show it; its docstring says what moto lacks.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from moto.core.exceptions import ServiceException

ACCOUNT = "123456789012"
GLOBAL = "global"
GLOBAL_SERVICES = frozenset({"budgets", "ce", "cloudfront", "iam", "route53"})

Params = dict[str, Any]
Answer = dict[str, Any]


class EmulatedError(ServiceException):
    """An error as AWS would answer it: code and message, in the protocol of the service."""


class Decline(Exception):  # noqa: N818 - not an error
    """Raised by a handler that leaves this call to moto."""


@dataclass
class Store:
    """What handlers keep: resources exist for the user, notes are attributes that moto forgets."""

    resources: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    notes: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))

    def clear(self) -> None:
        """Forget everything."""
        self.resources.clear()
        self.notes.clear()

    def existing(self) -> Iterator[tuple[str, str, list[str]]]:
        """Yield service, kind and ids of the resources."""
        for (service, kind, _), found in list(self.resources.items()):
            yield service, kind, list(found)


@dataclass(frozen=True)
class Call:
    """One call of an operation, parsed."""

    service: str
    operation: str
    region: str
    params: Params
    store: Store

    def resources(self, kind: str, region: str | None = None) -> dict[str, Any]:
        """Return the resources of this kind by id: of the call's region, or of `region`."""
        return self.store.resources[self.service, kind, region or self.region]

    def notes(self, kind: str) -> dict[str, Any]:
        """Return what was noted about resources that moto holds, by id."""
        return self.store.notes[self.service, kind, self.region]

    def find(self, kind: str, identifier: str, code: str) -> Any:
        """Return one resource, or answer with the error `code`."""
        found = self.resources(kind)
        if identifier not in found:
            fail(code, f"{kind} {identifier} does not exist")
        return found[identifier]

    def remove(self, kind: str, identifier: str, code: str) -> Any:
        """Delete one resource and return it, or answer with the error `code`."""
        resource = self.find(kind, identifier, code)
        del self.resources(kind)[identifier]
        return resource

    def arn(self, resource: str, region: str | None = None, service: str | None = None) -> str:
        """Return an ARN of this account: `region` "" for global services."""
        place = ("" if self.region == GLOBAL else self.region) if region is None else region
        return f"arn:aws:{service or self.service}:{place}:{ACCOUNT}:{resource}"

    def backend(self, region: str | None = None) -> Any:
        """Return moto's backend of the service: of the call's region, or of `region`."""
        return backend(self.service, region or self.region)


Handler = Callable[[Call], Answer | None]
Amendment = Callable[[Call, Answer], None]
Check = Callable[[Call], None]
Hook = Callable[[Store], None]
Endpoint = Callable[[Store, Any], Any]
OPERATIONS: dict[tuple[str, str], Handler] = {}
AMENDMENTS: dict[tuple[str, str], Amendment] = {}
CHECKS: dict[tuple[str, str], Check] = {}
HOOKS: list[Hook] = []
ENDPOINTS: dict[tuple[str, str], Endpoint] = {}
PATCHES: dict[str, Callable[[], None]] = {}


def operation(service: str, *names: str) -> Callable[[Handler], Handler]:
    """Answer these operations here instead of by moto."""

    def register(handler: Handler) -> Handler:
        for name in names:
            _claim(service, name)
            OPERATIONS[service, name] = handler
        return handler

    return register


def amend(service: str, *names: str) -> Callable[[Amendment], Amendment]:
    """Edit moto's answer to these operations, where moto succeeded."""

    def register(amendment: Amendment) -> Amendment:
        for name in names:
            _claim(service, name)
            AMENDMENTS[service, name] = amendment
        return amendment

    return register


def check(service: str, *names: str) -> Callable[[Check], Check]:
    """Look at calls of these operations before moto answers them: a check that fails answers with its error."""

    def register(found: Check) -> Check:
        for name in names:
            if (service, name) in CHECKS:
                raise ValueError(f"{service} {name} has a check already")
            CHECKS[service, name] = found
        return found

    return register


def before_each_call(hook: Hook) -> Hook:
    """Run this before every call of AWS, under the gateway's lock: so time passes without a thread."""
    HOOKS.append(hook)
    return hook


def endpoint(method: str, path: str) -> Callable[[Endpoint], Endpoint]:
    """Answer `/_tierform/PATH` by this: store and JSON in, JSON out; KeyError, TypeError, ValueError are HTTP 400."""

    def register(found: Endpoint) -> Endpoint:
        ENDPOINTS[method, path] = found
        return found

    return register


def patch(service: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Mend moto's model of `service` before its first call: imports of moto's models belong into the function."""

    def register(mend: Callable[[], None]) -> Callable[[], None]:
        if service in PATCHES:
            raise ValueError(f"{service} has a patch already")
        PATCHES[service] = mend
        return mend

    return register


def _claim(service: str, name: str) -> None:
    if (service, name) in OPERATIONS or (service, name) in AMENDMENTS:
        raise ValueError(f"{service} {name} has a handler already")


def fail(code: str, message: str) -> NoReturn:
    """Answer with an AWS error."""
    raise EmulatedError(code, message)


def backend(service: str, region: str) -> Any:
    """Return moto's backend of a service in a region."""
    from moto.backends import get_backend  # noqa: PLC0415 - typed by a literal of all services

    return get_backend(service)[ACCOUNT]["aws" if region == GLOBAL else region]  # type: ignore[call-overload]


def given(params: Params, *without: str) -> Params:
    """Return the parameters that were set, without those named."""
    return {key: value for key, value in params.items() if value is not None and key not in without}


def new_id() -> str:
    """Return a random UUID."""
    return str(uuid.uuid4())


def as_map(tags: Any, key: str = "Key", value: str = "Value") -> dict[str, str]:
    """Return tags as a map: AWS services take lists, maps or nothing."""
    if isinstance(tags, dict):
        return dict(tags)
    return {tag[key]: tag.get(value, "") for tag in tags or []}


def as_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """Return tags as the list of Key and Value that most services answer."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
