"""What was tried and what it proved: metrics, experiments and readouts, flags, models and prompts, evaluations.

Not responsible for the money an initiative promises (portfolio) or for the right to launch it (governance).
"""
