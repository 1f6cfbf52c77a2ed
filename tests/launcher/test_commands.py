"""Addresses, ports, file names and packages: what commands settle before they start anything."""

import io
import socket
from pathlib import Path

import pytest

from launcher import environment
from launcher.commands import _parallel
from launcher.console import Console
from launcher.errors import LauncherError
from launcher.paths import resolve_paths
from launcher.server import listening_address, public_address, require_free_port
from launcher.state import PROJECT_ROOT, StateFolder, stored_secret


def test_the_server_listens_on_the_loopback_interface_by_default(monkeypatch):
    monkeypatch.delenv("HOST", raising=False)
    monkeypatch.delenv("PORT", raising=False)

    assert listening_address() == ("127.0.0.1", 8000)


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "80 80"])
def test_a_port_that_is_none_is_refused(monkeypatch, port):
    monkeypatch.setenv("PORT", port)

    with pytest.raises(LauncherError, match="PORT must be a number from 1 to 65535"):
        listening_address()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("::1", "http://[::1]:8000"),
        ("plans.example", "http://plans.example:8000"),
    ],
)
def test_the_shown_url_can_be_opened(host, expected):
    assert public_address(host, 8000) == expected


def test_a_taken_port_is_refused_with_the_names_to_change():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(LauncherError) as refusal:
            require_free_port("127.0.0.1", port)

    assert str(refusal.value) == (
        f"Port {port} on 127.0.0.1 is taken by another program; set PORT (or HOST) to another one."
    )


def test_a_free_port_is_accepted():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

    require_free_port("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(LauncherError, match=r"Cannot listen on HOST=192\.0\.2\.1 PORT=8000"):
        require_free_port("192.0.2.1", 8000)


def test_files_are_found_from_the_callers_folder(tmp_path):
    (tmp_path / "test_x.py").touch()

    found = resolve_paths(["-k", "test_x", "test_x.py::test_y", "test_x.py", "missing.py"], tmp_path)

    file = str(tmp_path / "test_x.py")
    assert found == ["-k", "test_x", f"{file}::test_y", file, "missing.py"]


def test_files_are_left_alone_in_the_projects_own_folder():
    assert resolve_paths(["manage.py"], PROJECT_ROOT) == ["manage.py"]


@pytest.mark.parametrize("arguments", [["-n0"], ["-n", "4"], ["--numprocesses=2"], ["--pdb"], ["-p", "no:xdist"]])
def test_the_callers_choice_of_processes_is_kept(arguments):
    assert _parallel(arguments) == []


def test_tests_run_on_every_core_otherwise(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 3)

    assert _parallel(["-k", "name"]) == ["-n", "3"]


def test_a_secret_is_generated_once_and_private(tmp_path):
    first = stored_secret(tmp_path / "key")

    assert stored_secret(tmp_path / "key") == first
    assert len(first) >= 50
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_an_interrupted_empty_secret_is_replaced(tmp_path):
    (tmp_path / "key").touch()

    assert stored_secret(tmp_path / "key")


def test_the_secret_key_of_the_environment_comes_first(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "given")

    assert StateFolder(tmp_path).secret_key() == "given"
    assert not (tmp_path / "secret_key").exists()


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """A state folder whose environment works, and the list of lock files that were installed into it."""
    folder = StateFolder(tmp_path / "state")
    folder.create()
    folder.venv_python.parent.mkdir(parents=True)
    calls = []
    monkeypatch.setattr(environment, "_works", lambda python: True)
    monkeypatch.setattr(environment, "_install", lambda python, lock_file, console: calls.append(lock_file.name))
    return folder, calls


def test_packages_are_installed_once_per_lock_file(installed, tmp_path):
    folder, calls = installed
    lock_file = tmp_path / "requirements.lock"
    lock_file.write_text("django==5.2\n")

    for _ in range(2):
        environment.ensure_environment(folder, lock_file, Console(io.StringIO()))
    assert calls == ["requirements.lock"]

    lock_file.write_text("django==5.3\n")
    environment.ensure_environment(folder, lock_file, Console(io.StringIO()))
    assert calls == ["requirements.lock", "requirements.lock"]


def test_a_failed_installation_is_tried_again(installed, tmp_path, monkeypatch):
    folder, calls = installed
    lock_file = tmp_path / "requirements.lock"
    lock_file.write_text("django==5.2\n")

    def fail(python: Path, lock_file: Path, console: Console) -> None:
        raise LauncherError("no network")

    with monkeypatch.context() as patch:
        patch.setattr(environment, "_install", fail)
        with pytest.raises(LauncherError, match="no network"):
            environment.ensure_environment(folder, lock_file, Console(io.StringIO()))
    environment.ensure_environment(folder, lock_file, Console(io.StringIO()))

    assert calls == ["requirements.lock"]
