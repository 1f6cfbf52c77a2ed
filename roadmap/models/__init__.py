"""Everything roadmap stores."""
