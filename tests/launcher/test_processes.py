"""Processes die with their launcher, dead ones are restarted, and what a crash leaves behind is ended."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from launcher.console import Console
from launcher.processes import ProcessRecord, birth, is_running, spawn, wait_until
from launcher.state import PROJECT_ROOT
from launcher.supervisor import Service, StopRequested, StopSwitch, Supervisor, describe_exit

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
FORKING = [sys.executable, "-c", "import os, time; os.fork(); time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)",
]


@pytest.fixture
def said():
    return io.StringIO()


@pytest.fixture
def record(tmp_path):
    return ProcessRecord(tmp_path / "processes.json")


@pytest.fixture
def supervisor(said, record):
    supervisor = Supervisor(Console(said), record, StopSwitch())
    yield supervisor
    supervisor.stop()


def watch_until(supervisor, condition):
    """Lets the supervisor look after its services until the condition holds."""

    def look():
        for service in supervisor._services:
            supervisor._look_after(service)
        return condition()

    assert wait_until(look, 10)


def group_members(group):
    return [
        path
        for path in Path("/proc").glob("[0-9]*/stat")
        if path.exists() and path.read_text().rpartition(")")[2].split()[2] == str(group)
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_a_process_ends_when_its_launcher_is_killed():
    program = (
        "import sys, time; from launcher.processes import spawn\n"
        "print(spawn([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT_ROOT, stdout=subprocess.PIPE) as launcher:
        child = int(launcher.stdout.readline())
        assert is_running(child)

        launcher.kill()

        assert wait_until(lambda: not is_running(child), 5)


def test_a_zombie_does_not_count_as_running():
    process = subprocess.Popen([sys.executable, "-c", ""])
    try:
        assert wait_until(lambda: not is_running(process.pid), 5)
    finally:
        process.wait()


def test_a_dead_service_is_restarted_and_says_so_in_one_line(supervisor, said):
    service = Service("web", lambda: spawn(SLEEP))
    first = supervisor.start(service)

    first.kill()
    watch_until(supervisor, lambda: service.process is not first)

    assert service.process.poll() is None
    assert said.getvalue() == "web ended unexpectedly (signal SIGKILL); restarting it in 0.5 s.\n"


def test_a_service_that_keeps_dying_is_restarted_ever_more_slowly(supervisor, said):
    service = Service("web", lambda: spawn([sys.executable, "-c", "raise SystemExit(3)"]))
    supervisor.start(service)

    watch_until(supervisor, lambda: service.failures == 3)

    assert [line.rpartition("in ")[2] for line in said.getvalue().splitlines()] == ["0.5 s.", "1 s.", "2 s."]
    assert "exit code 3" in said.getvalue()


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs the process list of Linux")
def test_what_a_dead_service_forked_is_ended_before_the_restart(supervisor):
    service = Service("web", lambda: spawn(FORKING))
    first = supervisor.start(service)
    assert wait_until(lambda: len(group_members(first.pid)) == 2, 5)

    first.kill()
    watch_until(supervisor, lambda: service.process is not first)

    assert wait_until(lambda: group_members(first.pid) == [], 5)


def test_services_stop_in_the_reverse_order(said, record):
    stopped = []

    class Noting(Supervisor):
        def _await_end(self, service):
            super()._await_end(service)
            stopped.append(service.name)

    supervisor = Noting(Console(said), record, StopSwitch())
    for name in ("PostgreSQL", "Valkey", "web"):
        supervisor.start(Service(name, lambda: spawn(SLEEP)))

    supervisor.stop()

    assert stopped == ["web", "Valkey", "PostgreSQL"]


def test_a_service_that_ignores_the_request_is_ended_by_force(supervisor, said):
    service = Service("worker", lambda: spawn(STUBBORN, output=subprocess.PIPE), stop_seconds=0.2)
    process = supervisor.start(service)
    assert process.stdout.readline() == b"ready\n"

    supervisor.stop("worker")

    assert process.returncode == -signal.SIGKILL
    assert said.getvalue() == "worker did not stop in time and was ended by force.\n"
    process.stdout.close()


def test_the_next_start_ends_what_a_crash_left_running(tmp_path, record):
    process = spawn(SLEEP)
    record.note("web", process.pid)
    waiter = threading.Thread(target=process.wait)
    waiter.start()

    found = ProcessRecord(tmp_path / "processes.json").end_leftovers()
    waiter.join(10)

    assert found == ["web"]
    assert process.returncode == -signal.SIGTERM


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs the process list of Linux")
def test_the_next_start_ends_forked_processes_whose_parent_was_killed_too(tmp_path, record):
    process = spawn(FORKING)
    assert wait_until(lambda: len(group_members(process.pid)) == 2, 5)
    record.note("web", process.pid)
    process.kill()
    process.wait()

    found = ProcessRecord(tmp_path / "processes.json").end_leftovers()

    assert found == ["web"]
    assert wait_until(lambda: group_members(process.pid) == [], 5)


def test_a_process_that_only_inherited_the_number_is_left_alone(tmp_path, record):
    process = spawn(SLEEP)
    record.note("web", process.pid)
    stale = (tmp_path / "processes.json").read_text().replace(birth(process.pid), "1")
    (tmp_path / "processes.json").write_text(stale)

    found = ProcessRecord(tmp_path / "processes.json").end_leftovers()

    assert found == []
    assert process.poll() is None
    process.kill()
    process.wait()


def test_the_first_stop_signal_interrupts_and_later_ones_only_hurry():
    switch = StopSwitch()

    with pytest.raises(StopRequested):
        switch._receive(signal.SIGINT, None)
    assert not switch.hurry

    switch._receive(signal.SIGTERM, None)
    assert switch.hurry


@pytest.mark.parametrize(("code", "words"), [(-9, "signal SIGKILL"), (1, "exit code 1")])
def test_describe_exit_names_signals(code, words):
    assert describe_exit(code) == words


def test_waiting_gives_up_after_its_time():
    started = time.monotonic()

    assert not wait_until(lambda: False, 0.2)
    assert 0.2 <= time.monotonic() - started < 2


def test_own_process_is_running():
    assert is_running(os.getpid())
