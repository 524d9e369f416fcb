"""Damaged text back to clean text: every edit recorded, nothing guessed."""

from pipeline.text.repair.headed import count_leaks
from pipeline.text.repair.leaks import fit_table
from pipeline.text.repair.passes import repair

__all__ = ["count_leaks", "fit_table", "repair"]
