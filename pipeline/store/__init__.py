"""The disk: sources read, tables written, state kept."""
