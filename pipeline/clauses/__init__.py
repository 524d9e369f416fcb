"""Text to a tree of numbered clauses."""
