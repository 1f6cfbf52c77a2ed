"""A worker inside the test: it takes what was published after a commit and runs it when told to."""

from typing import Any

import pytest
from celery import Task, current_app


class Worker:
    """`run()` does every job published so far and those they publish, in order, as a Celery worker would."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, dict[str, str]]] = []
        self.done: list[str] = []

    def run(self) -> list[str]:
        """The names of the tasks that were run."""
        ran = []
        while self.messages:
            name, headers = self.messages.pop(0)
            current_app.tasks[name].apply(headers=headers, throw=True)
            ran.append(name)
        self.done += ran
        return ran


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    """The worker of this test; nothing reaches the real broker."""
    started = Worker()

    def publish(task: Task, headers: dict[str, str], **options: Any) -> None:
        started.messages.append((task.name, headers))

    monkeypatch.setattr(Task, "apply_async", publish)
    return started
