"""Sockets lie in the state folder while the path is short enough, otherwise in a private folder of a short name."""

import os
import tempfile

import pytest

from launcher.errors import LauncherError
from launcher.sockets import LONGEST_SOCKET_PATH, socket_directory

NAME = "valkey.sock"


@pytest.fixture
def deep(tmp_path):
    return tmp_path / ("x" * LONGEST_SOCKET_PATH)


@pytest.fixture
def runtime(tmp_path, monkeypatch):
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield folder


def test_a_short_folder_is_used_as_it_is(tmp_path, monkeypatch):
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.chdir(folder)
        preferred = type(tmp_path)(folder) / "run"

        assert socket_directory(preferred, NAME) == preferred
        assert preferred.stat().st_mode & 0o777 == 0o700


def test_the_limit_counts_bytes(tmp_path, runtime):
    # 60 characters, but 120 bytes.
    preferred = type(tmp_path)("/tmp/" + "ö" * 55)

    assert socket_directory(preferred, NAME).parent == type(tmp_path)(runtime)


def test_a_long_folder_is_replaced_by_a_private_one(deep, runtime):
    chosen = socket_directory(deep, NAME)

    assert str(chosen.parent) == runtime
    assert chosen.stat().st_mode & 0o777 == 0o700
    assert len(os.fsencode(chosen / NAME)) <= LONGEST_SOCKET_PATH


def test_the_same_folder_gets_the_same_place_and_another_folder_another(deep, runtime):
    first = socket_directory(deep, NAME)

    assert socket_directory(deep, NAME) == first
    assert socket_directory(deep / "more", NAME) != first


def test_a_place_somebody_prepared_as_a_link_is_refused(deep, runtime, tmp_path):
    chosen = socket_directory(deep, NAME)
    chosen.rmdir()
    (tmp_path / "trap").mkdir()
    chosen.symlink_to(tmp_path / "trap")

    with pytest.raises(LauncherError, match="belongs to another user"):
        socket_directory(deep, NAME)
