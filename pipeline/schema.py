"""The Arrow schema of every table (contract §4), and the JSON Schema (2020-12) generated from it.

Within `fanwen/1` a schema changes by addition only.
"""

from typing import Any

import pyarrow as pa

from pipeline.records import (
    CLAUSE_FLAGS,
    CLAUSE_KINDS,
    DROP_REASONS,
    HANT_ORIGINS,
    LINE_ROLES,
    PAGE_FLAGS,
    RELATIONS,
    RULE_NAMES,
    SCRIPTS,
)

SCHEMA_VERSION = "fanwen/1"
JSON_SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"

_STRINGS = pa.list_(pa.string())
_REPAIRS = pa.struct([pa.field(name, pa.int32(), nullable=False) for name in (*RULE_NAMES, "unresolved")])
_SLOTS = pa.list_(pa.struct([("left", pa.string()), ("right", pa.string()), ("n", pa.int32())]))


def _schema(*columns: tuple[str, pa.DataType] | tuple[str, pa.DataType, str]) -> pa.Schema:
    """Build a schema; a column is required unless its third element is "null"."""
    built = []
    for name, kind, *null in columns:
        built.append(pa.field(name, kind, nullable=bool(null)))
    return pa.schema(built)


PAGES = _schema(
    ("page_id", pa.string()),
    ("sources", _STRINGS),
    ("url", pa.string(), "null"),
    ("url_key", pa.string(), "null"),
    ("captured_at", pa.timestamp("us", tz="UTC"), "null"),
    ("latest", pa.bool_()),
    ("site", pa.string(), "null"),
    ("title", pa.string(), "null"),
    ("breadcrumb", _STRINGS),
    ("updated", pa.date32(), "null"),
    ("views", pa.int64(), "null"),
    ("declared_articles", pa.int32(), "null"),
    ("n_articles", pa.int32()),
    ("script", pa.string()),
    ("hant_origin", pa.string()),
    ("encoding", pa.string()),
    ("flags", _STRINGS),
    ("repairs", _REPAIRS),
    ("continues", pa.string(), "null"),
    ("author", pa.string(), "null"),
    ("raw_text", pa.string()),
)

ARTICLES = _schema(
    ("article_id", pa.string()),
    ("page_id", pa.string()),
    ("ordinal", pa.int32()),
    ("heading", pa.string()),
    ("title", pa.string()),
    ("text", pa.string()),
    ("n_chars", pa.int32()),
    ("n_clauses", pa.int32()),
    ("script", pa.string()),
    ("raw_start", pa.int32()),
    ("raw_end", pa.int32()),
    ("text_id", pa.string()),
    ("cluster_id", pa.string()),
    ("canonical", pa.bool_()),
    ("relation", pa.string(), "null"),
    ("ratio", pa.float64(), "null"),
    ("family_id", pa.string()),
)

CLAUSES = _schema(
    ("clause_id", pa.string()),
    ("article_id", pa.string(), "null"),
    ("page_id", pa.string()),
    ("section", pa.string(), "null"),
    ("path", pa.string()),
    ("parent_id", pa.string(), "null"),
    ("level", pa.int32()),
    ("kind", pa.string()),
    ("marker", pa.string(), "null"),
    ("ordinal", pa.int32(), "null"),
    ("text", pa.string()),
    ("text_hant", pa.string()),
    ("raw_start", pa.int32()),
    ("raw_end", pa.int32()),
    *((flag, pa.bool_()) for flag in CLAUSE_FLAGS),
    ("text_id", pa.string()),
)

CLAUSE_GROUPS = _schema(
    ("text_id", pa.string()),
    ("group_id", pa.string()),
    ("text", pa.string()),
    ("n_clauses", pa.int32()),
    ("n_articles", pa.int32()),
    ("n_sites", pa.int32()),
)

PAIRS = _schema(
    ("left_id", pa.string()),
    ("right_id", pa.string()),
    ("relation", pa.string()),
    ("accepted", pa.bool_()),
    ("ratio", pa.float64()),
    ("jaccard", pa.float64()),
    ("coverage_left", pa.float64()),
    ("coverage_right", pa.float64()),
    ("layout_differs", pa.bool_()),
    ("script_differs", pa.bool_()),
    ("repairs_differ", pa.bool_()),
    ("slots", _SLOTS),
    ("reason", pa.string()),
    ("rules", pa.string()),
)

CLUSTERS = _schema(
    ("cluster_id", pa.string()),
    ("canonical_id", pa.string()),
    ("family_id", pa.string()),
    ("size", pa.int32()),
    ("n_pages", pa.int32()),
    ("min_ratio", pa.float64()),
)

ALIGNMENTS = _schema(
    ("canonical_clause_id", pa.string(), "null"),
    ("member_clause_id", pa.string(), "null"),
    ("op", pa.string()),
    ("ratio", pa.float64(), "null"),
)

EDITS = _schema(
    ("page_id", pa.string()),
    ("raw_start", pa.int32()),
    ("raw_end", pa.int32()),
    ("replacement", pa.string()),
    ("rule", pa.string()),
)

LINES = _schema(
    ("page_id", pa.string()),
    ("line", pa.int32()),
    ("raw_start", pa.int32()),
    ("raw_end", pa.int32()),
    ("role", pa.string()),
    ("reason", pa.string(), "null"),
    ("article_id", pa.string(), "null"),
)

REJECTS = _schema(
    ("source", pa.string()),
    ("page_id", pa.string(), "null"),
    ("stage", pa.string()),
    ("reason", pa.string()),
    ("detail", pa.string()),
    ("excerpt", pa.string()),
)

TABLES: dict[str, pa.Schema] = {
    "pages": PAGES,
    "articles": ARTICLES,
    "clauses": CLAUSES,
    "clause_groups": CLAUSE_GROUPS,
    "pairs": PAIRS,
    "clusters": CLUSTERS,
    "alignments": ALIGNMENTS,
    "edits": EDITS,
    "lines": LINES,
    "rejects": REJECTS,
}

# The rows of `dedup TABLE`: any table's ids, not only articles.
ASSIGNMENTS = _schema(
    ("id", pa.string()),
    ("cluster_id", pa.string()),
    ("canonical", pa.bool_()),
    ("relation", pa.string(), "null"),
    ("ratio", pa.float64(), "null"),
    ("family_id", pa.string()),
)

KEYS: dict[str, tuple[str, ...]] = {
    "pages": ("page_id",),
    "articles": ("article_id",),
    "clauses": ("clause_id",),
    "clause_groups": ("text_id",),
    "pairs": ("left_id", "right_id"),
    "clusters": ("cluster_id",),
    "alignments": ("canonical_clause_id", "member_clause_id"),
    "edits": ("page_id", "raw_start", "raw_end"),
    "lines": ("page_id", "line"),
    "rejects": ("source", "stage", "reason"),
}

# Closed sets of values, by table and column; a list column holds values of the set.
CLOSED_SETS: dict[tuple[str, str], tuple[str, ...]] = {
    ("pages", "script"): SCRIPTS,
    ("pages", "hant_origin"): HANT_ORIGINS,
    ("pages", "flags"): PAGE_FLAGS,
    ("articles", "script"): SCRIPTS,
    ("articles", "relation"): RELATIONS,
    ("clauses", "kind"): CLAUSE_KINDS,
    ("pairs", "relation"): RELATIONS,
    ("alignments", "op"): ("changed", "added", "removed", "moved"),
    ("edits", "rule"): RULE_NAMES,
    ("lines", "role"): LINE_ROLES,
    ("lines", "reason"): DROP_REASONS,
}


def _json_type(kind: pa.DataType, values: tuple[str, ...] | None) -> dict[str, Any]:
    if pa.types.is_list(kind):
        return {"type": "array", "items": _json_type(kind.value_type, values)}
    if pa.types.is_struct(kind):
        parts = {kind.field(i).name: _json_type(kind.field(i).type, None) for i in range(kind.num_fields)}
        return {"type": "object", "properties": parts, "required": list(parts), "additionalProperties": False}
    if pa.types.is_boolean(kind):
        return {"type": "boolean"}
    if pa.types.is_integer(kind):
        return {"type": "integer"}
    if pa.types.is_floating(kind):
        return {"type": "number"}
    if pa.types.is_date(kind):
        return {"type": "string", "format": "date"}
    if pa.types.is_timestamp(kind):
        return {"type": "string", "format": "date-time"}
    return {"type": "string", "enum": list(values)} if values else {"type": "string"}


def table_json_schema(table: str) -> dict[str, Any]:
    """Return the JSON Schema of one row of `table`, generated from its Arrow schema.

    Raises KeyError for an unknown table.

    >>> table_json_schema("clusters")["properties"]["size"]
    {'type': 'integer'}
    """
    properties: dict[str, Any] = {}
    for column in TABLES[table]:
        described = _json_type(column.type, CLOSED_SETS.get((table, column.name)))
        if column.nullable:
            described = {"anyOf": [described, {"type": "null"}]}
        properties[column.name] = described
    return {
        "$schema": JSON_SCHEMA_DIALECT,
        "title": f"{SCHEMA_VERSION} {table}",
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }
