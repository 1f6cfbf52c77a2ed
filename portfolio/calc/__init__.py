"""Pure financial maths: numbers in, numbers or frozen dataclasses out; no Django, no clock, no I/O."""
