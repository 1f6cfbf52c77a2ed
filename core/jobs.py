"""Which queue a task runs in; declared beside the task, read by Celery's router."""

from typing import Any

DEFAULT_QUEUE = "interactive"
QUEUES = frozenset({DEFAULT_QUEUE, "rollups", "sync", "bulk"})

_queues: dict[str, str] = {}


def assign_queue(task_name: str, queue: str) -> None:
    """Declare a task's queue; raises ValueError for one no worker listens to."""
    if queue not in QUEUES:
        raise ValueError(f"No worker listens to the queue {queue!r}.")
    _queues[task_name] = queue


def queue_of(task_name: str) -> str:
    """The queue of a task."""
    return _queues.get(task_name, DEFAULT_QUEUE)


def route(name: str, *args: Any, **kwargs: Any) -> dict[str, str]:
    """Celery's task router."""
    return {"queue": queue_of(name)}
