"""Everything governance stores."""
