"""What the organization invests in and what it gets for it: initiatives, business cases, scores, KPIs, budgets.

Not responsible for dates and dependencies (roadmap), evidence from tests (experiments) or approvals (governance).
"""
