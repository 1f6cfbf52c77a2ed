"""Integrations: importers, external references and connections to other systems.

One folder per provider; no other app imports it.
"""
