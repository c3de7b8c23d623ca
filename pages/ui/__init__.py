"""Everything that screens share."""
