"""What our database backend changes in Django's: how moments are read and when a kept connection is thrown away."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError, connection

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-02-28 23:59:59.999999+00", datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=UTC)),
        ("2026-02-28 12:00:00.5+05:30", datetime(2026, 2, 28, 6, 30, 0, 500000, tzinfo=UTC)),
        ("0001-01-01 00:00:00+00", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_moments_are_read_exactly_and_in_utc(text, moment):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [text])
        (read,) = cursor.fetchone()

    assert read == moment
    assert read.utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", ["infinity", "12026-01-01 00:00:00+00"])
def test_moments_python_cannot_hold_are_refused(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [text])
        with pytest.raises((DataError, ValueError)):
            cursor.fetchone()
