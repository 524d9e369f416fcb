"""A self-contained HTML report of an output folder."""
