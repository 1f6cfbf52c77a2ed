"""Everything integrations stores."""
