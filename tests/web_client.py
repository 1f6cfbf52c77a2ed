"""A signed-in browser without JavaScript, for the tests of pages of every app."""

from django.test import Client

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def client_of(actor, **headers) -> Client:
    """The actor's browser; the headers go with every request."""
    client = Client(headers=headers)
    client.force_login(actor.user, backend=BACKEND)
    return client
