"""What the tests of the integrations share: the small dirty files and a way to import text."""

from pathlib import Path

import pytest

from integrations.services.imports import carry_out, new_run

FILES = Path(__file__).parent / "files"


@pytest.fixture
def imported(scope):
    """imported(text or bytes, ..., actor=owner): the finished run of a real import of the content."""

    def run(content, *, actor=None, is_dry_run=False, skips_bad_rows=False, progress=lambda *step: None, **fields):
        fields.setdefault("file_name", "platform.csv")
        data = content.encode() if isinstance(content, str) else content
        made = new_run(actor=actor or scope, content=data, **fields)
        made.is_dry_run, made.skips_bad_rows = is_dry_run, skips_bad_rows
        return carry_out(made, actor=actor or scope, progress=progress)

    return run


@pytest.fixture
def platform():
    """The content of the small dirty file."""
    return (FILES / "platform.csv").read_bytes()


@pytest.fixture
def platform_bad():
    """The content of a file with a bad row of every kind."""
    return (FILES / "platform_bad.csv").read_bytes()
