"""Near-duplicate articles: candidates, verification, relations, clusters, alignment."""
