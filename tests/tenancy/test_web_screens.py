"""Settings screens: what an empty list offers, and how addresses break."""

from tenancy.models import ApiToken
from tests.web_client import client_of

TOKENS = "/{}/settings/tokens/"


def test_empty_list_of_tokens_leads_to_the_first_one(owner):
    slug = owner.organization.slug
    response = client_of(owner).get(TOKENS.format(slug))

    empty = response.content.decode().partition('<div class="empty">')[2]
    assert f'href="/{slug}/settings/tokens/new/">New token</a>' in empty
    assert not ApiToken.unscoped(reason="no token was made by looking").exists()


def test_an_address_breaks_before_its_sign_only(owner):
    content = client_of(owner).get(f"/{owner.organization.slug}/settings/people/").content.decode()

    name, _, host = owner.user.email.partition("@")
    assert f"{name}<wbr>@{host}" in content
