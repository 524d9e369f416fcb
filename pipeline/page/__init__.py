"""Html to blocks, blocks to fields, guide, articles and dropped lines."""
