"""Governance: stage gates, launches, approvals, vetoes and the face of the audit ledger.

It refuses what lower floors do through their hooks and never reaches around them.
"""
