"""Sign-in: by e-mail, locked after repeated failures, with a second step for those who set one up."""

import time

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from tests.factories.tenancy import UserFactory

PASSWORD = "correct horse battery"
LOGIN = "/accounts/login/"


@pytest.fixture
def person(db):
    return UserFactory(email="person@example.com")


def sign_in(client, password=PASSWORD, email="person@example.com"):
    return client.post(LOGIN, {"login": email, "password": password})


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_address_and_password_sign_in_whatever_the_case(person):
    client = Client()

    assert sign_in(client, email="Person@Example.com").status_code == 302
    assert is_signed_in(client)


def test_wrong_password_and_unknown_address_answer_the_same(person):
    wrong, unknown = Client(), Client()

    answers = [sign_in(wrong, "wrong"), sign_in(unknown, email="nobody@example.com")]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert not is_signed_in(wrong)
    texts = [answer.content.decode() for answer in answers]
    assert all("The email address and/or password you specified are not correct." in text for text in texts)


def test_repeated_failures_lock_even_the_right_password_out(person):
    client = Client()
    for _ in range(5):
        answer = sign_in(client, "wrong")

    assert answer.status_code == 429
    assert sign_in(client).status_code == 429
    assert not is_signed_in(client)


def test_lock_is_for_one_address_only(person):
    UserFactory(email="other@example.com")
    for _ in range(5):
        sign_in(Client(), "wrong")
    client = Client()

    assert sign_in(client, email="other@example.com").status_code == 302


def test_there_is_no_open_sign_up(db):
    answer = Client().post("/accounts/signup/", {"email": "new@example.com", "password1": PASSWORD})

    assert "sign up is currently closed" in answer.content.decode().lower().replace("-", " ")


def test_second_step_is_asked_of_those_who_set_one_up(person):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(person, secret)
    client = Client()

    assert sign_in(client)["Location"].startswith("/accounts/2fa/authenticate/")
    assert not is_signed_in(client)
    assert client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert not is_signed_in(client)
    code = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    assert is_signed_in(client)


def test_former_person_cannot_sign_in(person):
    person.is_active = False
    person.save()
    client = Client()

    sign_in(client)

    assert not is_signed_in(client)
