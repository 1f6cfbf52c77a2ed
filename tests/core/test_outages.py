"""A database that cannot be reached: recognized, answered with 503, and logged in one line."""

import logging
import sys

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection
from django.http import HttpRequest
from django.test import Client
from django.urls import path

from core.database.outages import is_outage
from core.logs import LineFormatter

handler500 = "core.api.handlers.server_error"


def away(request: HttpRequest) -> None:
    """As a view does whose connection cannot be opened."""
    with connection.wrap_database_errors:
        psycopg.connect("host=/nonexistent/fairlead dbname=fairlead")


def broken(request: HttpRequest) -> None:
    raise ValueError("a defect of our own")


urlpatterns = [
    path("outage", away),
    path("api/v1/outage", away),
    path("defect", broken),
    path("api/v1/defect", broken),
]


@pytest.fixture
def asked(settings):
    """asked(address): the answer, with exceptions turned into one as for a browser."""
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False).get


def raised(work):
    with pytest.raises(Exception) as error:  # noqa: PT011 - the caller judges what it is
        work()
    return error.value


@pytest.fixture
def own_connection(db):
    """A connection beside the test's own, which may be broken."""
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory"), parameters.pop("context")
    with psycopg.connect(**parameters, autocommit=True) as opened:
        yield opened


def test_a_server_that_does_not_listen_is_an_outage():
    assert is_outage(raised(lambda: away(HttpRequest())))
    assert is_outage(raised(lambda: psycopg.connect("host=/nonexistent/fairlead")))


def test_a_connection_the_server_ended_is_an_outage(own_connection):
    ending = raised(lambda: own_connection.execute("SELECT pg_terminate_backend(pg_backend_pid())"))
    after = raised(lambda: own_connection.execute("SELECT 1"))

    assert isinstance(ending, psycopg.errors.AdminShutdown)
    assert (is_outage(ending), is_outage(after)) == (True, True)


@pytest.mark.parametrize(
    "statement", ["SELECT 1 / 0", "SELECT no_such_column", "SET statement_timeout = 1; SELECT pg_sleep(1)"]
)
def test_a_server_that_answers_with_an_error_is_none(own_connection, statement):
    assert not is_outage(raised(lambda: own_connection.execute(statement)))


def test_errors_of_another_kind_are_none():
    assert not is_outage(None)
    assert not is_outage(ValueError("connection is closed"))
    assert not is_outage(IntegrityError("x"))
    assert not is_outage(OperationalError("deadlock detected"))


def test_an_outage_is_answered_with_503_and_when_to_try_again(asked):
    page, problem = asked("/outage"), asked("/api/v1/outage")

    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "Back in a moment" in page.text
    assert (problem.status_code, problem["Retry-After"]) == (503, "5")
    assert (problem["Content-Type"], problem.json()["code"]) == ("application/problem+json", "unavailable")


def test_a_defect_is_still_a_500(asked):
    page, problem = asked("/defect"), asked("/api/v1/defect")

    assert (page.status_code, problem.status_code) == (500, 500)
    assert "Something broke" in page.text
    assert problem.json()["code"] == "server_error"
    assert "Retry-After" not in page


def test_an_outage_is_one_line_of_the_log_and_a_defect_has_its_traceback():
    def logged(error):
        try:
            raise error
        except type(error):
            record = logging.LogRecord("django.request", logging.ERROR, "", 1, "Error: %s", ("/x",), sys.exc_info())
        record.request_id = "r-1"
        return LineFormatter().format(record)

    outage = logged(raised(lambda: away(HttpRequest())))
    defect = logged(ValueError("a defect of our own"))

    assert outage.endswith("ERROR django.request r-1 Error: /x (the database cannot be reached)")
    assert "\n" not in outage
    assert "Traceback" in defect
