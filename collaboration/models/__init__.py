"""Everything collaboration stores."""
