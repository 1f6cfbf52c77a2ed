"""Pure arithmetic of governance: digests, comparisons and the filling of approval plans."""
