"""Everything experiments stores."""
