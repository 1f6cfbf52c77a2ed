"""Sets Fairlead up and runs it: environment, embedded services, database roles, processes and checks.

Knows nothing of the applications' models; talks to Django only through manage.py and the environment.
"""
