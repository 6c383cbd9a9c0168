"""Real measurements of the reference application. Nothing here rests on how fast the machine is."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from generator.calibrate.cpu import _family, _stats
from generator.calibrate.load import trial
from generator.calibrate.measure import measure
from generator.calibrate.model import THROUGHPUT
from generator.calibrate.order import place_order
from generator.calibrate.run import run
from generator.diagnostics import UserError
from tests.calibrate.samples import consistent
from tests.reference.server import PROJECT, Server

LIST, CACHED, HEALTH, BROKEN = "/api/courses/", "/api/courses/cached/", "/healthz", "/broken"
NOTE = '/api/notes/ {"course": 1, "text": "seen"}'


def ask(server: Server, path: str) -> dict[str, object]:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    connection.request("GET", path)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return dict(answer)


def per_cpu_second(server: Server, path: str) -> float:
    """Return the requests per CPU second at two connections."""
    order = place_order(server.url, [path], vcpu=2, seconds=4, concurrency=[2], pid=server.pid)
    return trial(order, 2).step.per_vcpu(2)


def test_the_list_makes_four_queries_and_the_cached_one_none() -> None:
    program = """if True:
        import os, django
        os.environ.update(DJANGO_SETTINGS_MODULE="tests.reference.settings", REFERENCE_DATABASE=":memory:")
        django.setup()
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext
        from tests.reference.prepare import prepare
        prepare()
        for path in ("/api/courses/", "/api/courses/cached/", "/api/courses/cached/", "/healthz"):
            with CaptureQueriesContext(connection) as seen:
                assert Client(headers={"host": "localhost"}).get(path).status_code == 200
            print(len(seen))
    """
    environ = {**os.environ, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["4", "4", "0", "0"], done.stderr


def test_without_a_process_the_throughput_is_divided_by_the_vcpu(server: Server) -> None:
    found = measure(server.url, [HEALTH], vcpu=2, seconds=2, concurrency=[2])
    consistent(found)
    it = found.measurement
    assert it.method == THROUGHPUT
    assert found.requests_per_second_per_vcpu == pytest.approx(it.knee.rate / 2, rel=0.01)
    assert any("share this machine" in note for note in it.notes)


def test_more_work_per_request_gives_fewer_requests(server: Server) -> None:
    rates = [per_cpu_second(server, path) for path in (LIST, CACHED, HEALTH)]
    assert rates[0] * 1.5 < rates[1] < rates[2]


def test_writes_reach_the_database(server: Server) -> None:
    order = place_order(server.url, [NOTE], vcpu=2, seconds=2, concurrency=[2], pid=server.pid)
    step = trial(order, 2).step
    assert step.requests > 0
    assert step.failed_share == 0


def test_the_open_loop_keeps_to_its_rate(server: Server) -> None:
    order = place_order(server.url, [HEALTH], vcpu=2, seconds=6, concurrency=[2])
    found = trial(order, 32, 40).step
    expected = 40 * found.seconds
    assert abs(found.requests - expected) < 5 * expected**0.5


def test_requests_are_bounded(server: Server) -> None:
    order = place_order(server.url, [HEALTH], vcpu=2, seconds=6, requests=200, concurrency=[4])
    assert order.share == 100
    found = trial(order, 4)
    assert found.step.requests + found.step.unanswered <= 100
    assert found.used_up


@pytest.mark.parametrize(("path", "fault"), [(BROKEN, "GET /broken with 503"), ("/nothing", "with 404")])
def test_answers_that_are_not_2xx_are_no_throughput(server: Server, path: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=fault):
        run(server.url, tmp_path / "c.yaml", [LIST, path], vcpu=2, seconds=4, concurrency=[2], say=lambda _: None)
    assert not list(tmp_path.iterdir())


def test_the_share_of_failures_is_that_of_the_mix(server: Server) -> None:
    order = place_order(server.url, [f"3 {HEALTH}", BROKEN], vcpu=2, seconds=4, concurrency=[2])
    found = trial(order, 2)
    assert found.statuses[0][0] == "503 GET /broken"
    assert 0.1 < found.step.failed_share < 0.45


def test_a_host_that_the_application_does_not_allow(server: Server) -> None:
    with pytest.raises(UserError, match="with 400") as raised:
        measure(server.url, [LIST], vcpu=2, seconds=4, concurrency=[2], headers=["Host: other.example"])
    assert "ALLOWED_HOSTS" in raised.value.remedy


def test_a_process_that_is_not_there(server: Server) -> None:
    with pytest.raises(UserError, match="there is no process"):
        measure(server.url, [HEALTH], vcpu=2, seconds=4, concurrency=[2], pid=2**22 + 1)


def test_a_process_that_is_not_the_server(server: Server) -> None:
    with subprocess.Popen(["sleep", "120"]) as idle:
        try:
            with pytest.raises(UserError, match="used no CPU time"):
                measure(server.url, [HEALTH], vcpu=2, seconds=2, concurrency=[2], pid=idle.pid)
        finally:
            idle.kill()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_measurement_leaves_no_file_and_no_load(server: Server, tmp_path: Path, how: int) -> None:
    file = tmp_path / "calibration.yaml"
    program = (
        "import sys; from pathlib import Path; from generator.calibrate.run import run\n"
        f"run(sys.argv[1], Path(sys.argv[2]), ['{HEALTH}'], vcpu=2, seconds=600, concurrency=[1, 2, 3, 4])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, server.url, str(file)], cwd=PROJECT, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        clients = _children(process.pid)
        process.send_signal(how)
        _, words = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode != 0
    assert (b"KeyboardInterrupt" in words) == (how == signal.SIGINT)
    assert not list(tmp_path.iterdir())
    until = time.monotonic() + 30
    while any(_alive(client) for client in clients) and time.monotonic() < until:
        time.sleep(0.1)
    assert not [client for client in clients if _alive(client)]
    assert ask(server, LIST)["count"] == 200


def _children(pid: int) -> list[int]:
    """Return the processes that send the load, once one is there and had time to begin."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = _family(pid, _stats(Path("/proc")))[1:]
        if found:
            time.sleep(0.5)
            return found
        time.sleep(0.05)
    raise AssertionError("no load began")


def _alive(pid: int) -> bool:
    fields = _stats(Path("/proc")).get(pid)
    return fields is not None and fields[0] != "Z"
