"""Near-duplicates: keys compared, related (contract §5), clustered around canonicals."""

from pipeline.dedup.entry import deduplicate, deduplicate_articles
from pipeline.dedup.model import CorpusModel
from pipeline.dedup.tables import Deduplication

__all__ = ["CorpusModel", "Deduplication", "deduplicate", "deduplicate_articles"]
