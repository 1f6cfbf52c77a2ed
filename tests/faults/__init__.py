"""Faults: bad input on every endpoint, and servers that go away; each app's own rules are tested in its folder."""
