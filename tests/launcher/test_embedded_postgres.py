"""The embedded PostgreSQL under the supervisor: killed or stopped, it comes back with what was committed."""

import io
import os
import shutil
import signal
import threading

import psycopg
import pytest

from launcher.console import Console
from launcher.embedded_postgres import EmbeddedPostgres
from launcher.processes import ProcessRecord, is_running, processes_in, spawn, wait_until
from launcher.state import StateFolder
from launcher.supervisor import Service, StopSwitch, Supervisor

BUSY = "DO $$ BEGIN FOR i IN 1..2000000000 LOOP NULL; END LOOP; END $$"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A server of its own with its supervisor, and what the launcher says."""
    folder = StateFolder(tmp_path_factory.mktemp("restart") / "home")
    folder.create()
    said = io.StringIO()
    console = Console(said)
    server = EmbeddedPostgres(folder, console)
    server.prepare()
    supervisor = Supervisor(console, ProcessRecord(folder.run / "processes.json"), StopSwitch())
    service = Service("PostgreSQL", server.spawn, stop_signal=signal.SIGINT)
    server.wait_until_ready(supervisor.start(service))
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (restart text)")
    yield server, supervisor, service, said
    supervisor.stop()
    # Run as root, the launcher has put it where its service account can read, outside the test's own folder.
    shutil.rmtree(server.base)


def answers(server):
    try:
        psycopg.connect(server.superuser_url(), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_server_that_ended_is_started_again_with_its_data(running, number):
    server, supervisor, service, said = running
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute("INSERT INTO kept VALUES (%s)", [number.name])
    ended = service.process

    os.kill(ended.pid, number)

    assert wait_until(lambda: _looked_after(supervisor, service) and service.process is not ended, 20)
    assert wait_until(lambda: answers(server), 20)
    assert f"PostgreSQL ended unexpectedly ({'signal SIGKILL' if number == signal.SIGKILL else 'exit code 0'})" in (
        said.getvalue()
    )
    with psycopg.connect(server.superuser_url()) as connection:
        assert (number.name,) in connection.execute("SELECT restart FROM kept").fetchall()


def test_a_query_that_outlives_its_server_does_not_hold_up_the_next(running):
    server, supervisor, service, _ = running
    connection = psycopg.connect(server.superuser_url(), autocommit=True)
    orphan, ended = connection.info.backend_pid, service.process
    query = threading.Thread(target=_cut_off, args=(connection,))
    query.start()
    assert wait_until(lambda: _is_busy(server, orphan), 10)

    os.kill(ended.pid, signal.SIGKILL)

    assert wait_until(lambda: _looked_after(supervisor, service) and service.process is not ended, 20)
    restarted = service.process
    assert wait_until(lambda: answers(server), 20)
    assert (service.process, restarted.poll(), is_running(orphan)) == (restarted, None, False)
    query.join(10)
    connection.close()


def test_programs_that_are_not_postgresql_may_stay_in_the_data_folder(running):
    server, _, _, _ = running
    visitor = spawn(["sleep", "60"], directory=server.data)

    server._end_orphans()

    assert visitor.pid in processes_in(server.data)
    visitor.kill()
    visitor.wait()


def _cut_off(connection):
    with pytest.raises(psycopg.OperationalError):
        connection.execute(BUSY)


def _looked_after(supervisor, service):
    supervisor._look_after(service)
    return service.process.poll() is None


def _is_busy(server, pid):
    with psycopg.connect(server.superuser_url()) as other:
        row = other.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone()
    return row == ("active",)
