"""Reads of tenancy, one subject a module."""
