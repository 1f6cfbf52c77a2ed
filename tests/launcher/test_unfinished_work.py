"""Marks of postponed work are found where people leave them, and nowhere else."""

import pytest

from launcher.unfinished_work import complaints

MARKS = ["TO" + "DO", "FIX" + "ME"]


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("name", ["app/a.py", "templates/a.html", "docs/a.md", "static/app.js"])
def test_a_mark_is_reported_with_its_place(tmp_path, mark, name):
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).write_text(f"first line\n  {mark}: later\n")

    assert complaints(tmp_path) == [f"{name}:2: {mark}: later"]


@pytest.mark.parametrize("text", ["todo list", "TO" + "DOS", "MASTO" + "DON"])
def test_ordinary_words_are_not_marks(tmp_path, text):
    (tmp_path / "a.py").write_text(text)

    assert complaints(tmp_path) == []


def test_vendored_and_hidden_files_are_not_read(tmp_path):
    for name in ("static/vendor/a.js", ".cache/a.py", "node_modules/a.js"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(MARKS[0])

    assert complaints(tmp_path) == []
