"""Runs published cases (inputs with results nobody on the project computed) through the project's own functions.

`python -m tests.published_cases FILE...`. A new kind of case needs one module that registers its functions with
`serves` or `serves_kind` and a line in `kinds.py`; nothing here depends on the name of a file.
"""
