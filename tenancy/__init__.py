"""Tenancy: organizations, people, roles, scope, row-level security, jobs and the audit ledger.

Every app above stands on it. It holds no product word: no initiative, no experiment, no approval.
"""
