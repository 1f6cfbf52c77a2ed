"""Pure statistics of experiments: aggregates in, frozen dataclasses out; no Django, no clock, no I/O."""
