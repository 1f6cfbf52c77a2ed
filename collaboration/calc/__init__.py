"""Pure rules of collaboration."""
