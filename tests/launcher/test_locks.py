"""One owner, many users, and nothing left locked."""

import subprocess
import sys

import pytest

from launcher.errors import LauncherError
from launcher.locks import FileLock, refuse_second_server
from launcher.session import Ownership
from launcher.state import PROJECT_ROOT, StateFolder

HOLD = """
import sys, time
from pathlib import Path
from launcher.locks import FileLock
lock = FileLock(Path(sys.argv[1]))
assert lock.try_exclusive()
lock.describe(command="server", url="http://127.0.0.1:8000")
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "services.lock"


@pytest.fixture
def holder(path):
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.fixture
def folder(tmp_path):
    folder = StateFolder(tmp_path / "state")
    folder.create()
    return folder


def test_a_lock_is_given_to_one_process_only(path, holder):
    assert not FileLock(path).try_exclusive()


def test_a_killed_holder_leaves_nothing_locked(path, holder):
    holder.kill()
    holder.wait()

    assert FileLock(path).try_exclusive()


def test_a_released_lock_can_be_taken_again(path):
    first, second = FileLock(path), FileLock(path)
    assert first.try_exclusive()
    assert not second.try_exclusive()

    first.release()

    assert second.try_exclusive()


def test_users_share_a_lock_and_keep_the_owner_waiting(path):
    one, two, owner = FileLock(path), FileLock(path), FileLock(path)
    one.shared()
    two.shared()
    assert not owner.try_exclusive()

    one.release()
    assert not owner.try_exclusive()
    two.release()

    assert owner.try_exclusive()


def test_only_the_holder_may_describe_itself(path):
    with pytest.raises(ValueError, match="Only the holder"):
        FileLock(path).describe(command="server")


def test_a_second_server_learns_of_the_first(path, holder, tmp_path):
    with pytest.raises(LauncherError) as refusal:
        refuse_second_server(FileLock(path), tmp_path)

    assert str(refusal.value) == (
        f"A server is already running on {tmp_path}: process {holder.pid}, http://127.0.0.1:8000"
    )


def test_another_command_is_no_second_server(folder):
    ownership = Ownership(folder)
    assert ownership.try_take("manage")

    refuse_second_server(FileLock(ownership.owner.path), folder.root)


def test_announced_services_are_found_until_they_are_withdrawn(folder):
    ownership = Ownership(folder)
    assert ownership.try_take("manage")
    assert ownership.announced() is None

    ownership.announce({"REDIS_URL": "unix:///x"})
    assert ownership.announced() == {"REDIS_URL": "unix:///x"}
    assert ownership.announcement.stat().st_mode & 0o777 == 0o600

    ownership.withdraw()
    assert ownership.announced() is None


def test_services_of_a_dead_owner_are_not_used(folder):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    ownership = Ownership(folder)
    ownership.announcement.write_text(f'{{"pid": {ended.pid}, "environment": {{}}}}')

    assert ownership.announced() is None


def test_a_new_owner_removes_what_a_dead_one_announced(folder):
    ownership = Ownership(folder)
    ownership.announce({"REDIS_URL": "unix:///x"})

    assert ownership.try_take("manage")
    assert ownership.announced() is None
