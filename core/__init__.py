"""Foundations shared by every app: errors, hooks, jobs, web and REST base classes, shared maths.

Not responsible for business words or stored rows: it has no models and knows no other app.
"""
