"""What a launch has to say before it can be put to approval."""

PLAN = {
    "scope": "All customers in Europe.",
    "rollout_plan": "1%, 10%, 50%, everyone, a day apart.",
    "risk_summary": "Wrong answers in rare languages.",
    "rollback_plan": "The flag is switched off within five minutes.",
    "planned_on": "2027-03-01",
}
