"""Bytes to raw, raw to repaired, repaired to canonical text, text to comparison key."""
