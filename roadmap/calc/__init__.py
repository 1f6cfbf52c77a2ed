"""Pure scheduling maths: graphs and durations in, orders and dates out; no Django, no clock, no I/O."""
