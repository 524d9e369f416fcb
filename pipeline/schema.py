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
    REJECT_REASONS,
    RELATIONS,
    RULE_NAMES,
    SCHEMA_VERSION,
    SCRIPTS,
)

JSON_SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"

_STRINGS = pa.list_(pa.string())
_REPAIRS = pa.struct([pa.field(name, pa.int32(), nullable=False) for name in (*RULE_NAMES, "unresolved")])
_SLOTS = pa.list_(pa.struct([("left", pa.string()), ("right", pa.string()), ("n", pa.int32())]))


NULL = True  # fourth element of a column that may be null


def _column(name: str, kind: pa.DataType, told: str, null: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=null, metadata={"description": told})


def _schema(*columns: tuple[str, pa.DataType, str] | tuple[str, pa.DataType, str, bool]) -> pa.Schema:
    return pa.schema([_column(*column) for column in columns])


PAGES = _schema(
    ("page_id", pa.string(), "first 32 hex digits of sha256 of the body"),
    ("sources", _STRINGS, "where the body was found: paths, WARC path@offset"),
    ("url", pa.string(), "the URL it was fetched from", NULL),
    ("url_key", pa.string(), "canonical form of the URL: captures of one page share it", NULL),
    ("captured_at", pa.timestamp("us", tz="UTC"), "when it was fetched", NULL),
    ("latest", pa.bool_(), "no later capture of the same url_key is here: this one carries the articles"),
    ("site", pa.string(), "name of the site", NULL),
    ("title", pa.string(), "title of the page", NULL),
    ("breadcrumb", _STRINGS, "from the root to the page"),
    ("updated", pa.date32(), "date the page gives", NULL),
    ("views", pa.int64(), "number of views the page gives", NULL),
    ("declared_articles", pa.int32(), "number of articles the page declares", NULL),
    ("n_articles", pa.int32(), "number of articles found"),
    ("script", pa.string(), "script as served: hans, hant, mixed"),
    ("hant_origin", pa.string(), "served: text_hant is the page's own; generated: made by OpenCC"),
    ("encoding", pa.string(), "encoding of the body, from its bytes"),
    ("flags", _STRINGS, "count_mismatch, truncated, continued"),
    ("repairs", _REPAIRS, "edits by rule, and unresolved places"),
    ("continues", pa.string(), "url_key of the page that this one continues", NULL),
    ("author", pa.string(), "author or editor where given", NULL),
    ("raw_text", pa.string(), "visible text as served; raw offsets are code points of it"),
)

ARTICLES = _schema(
    ("article_id", pa.string(), "page_id:ordinal"),
    ("page_id", pa.string(), "page it stands on"),
    ("ordinal", pa.int32(), "1-based place in the page's list"),
    ("heading", pa.string(), "heading line"),
    ("title", pa.string(), "heading without its number"),
    ("text", pa.string(), "body without the heading line, canonical form"),
    ("n_chars", pa.int32(), "code points of text"),
    ("n_clauses", pa.int32(), "numbered clauses"),
    ("script", pa.string(), "script as served here"),
    ("raw_start", pa.int32(), "start of the body in raw_text"),
    ("raw_end", pa.int32(), "end of the body in raw_text"),
    ("text_id", pa.string(), "hash of the comparison key: equal text, equal id"),
    ("cluster_id", pa.string(), "cluster of duplicates; its own id when alone"),
    ("canonical", pa.bool_(), "stands for its cluster"),
    ("relation", pa.string(), "to the canonical; null for the canonical itself", NULL),
    ("ratio", pa.float64(), "0–100, to the canonical", NULL),
    ("family_id", pa.string(), "family of template siblings"),
)

_FLAG_DESCRIPTIONS: dict[str, str] = {
    "gap": "an ordinal is missing before",
    "restart": "numbering starts anew",
    "doubled": "the ordinal of the one before again",
    "misnumbered": "the number written does not fit its place",
    "damaged_marker": "the marker was restored by repair",
    "tail": "text after a list that cannot be told from its last item",
}

CLAUSES = _schema(
    ("clause_id", pa.string(), "article_id/path, in a guide page_id:gN/path"),
    ("article_id", pa.string(), "null in a guide", NULL),
    ("page_id", pa.string(), "page it stands on"),
    ("section", pa.string(), "heading of the guide section; null in an article", NULL),
    ("path", pa.string(), "1-based positions among siblings from the root"),
    ("parent_id", pa.string(), "clause_id of the node above", NULL),
    ("level", pa.int32(), "depth, 1 at the top"),
    ("kind", pa.string(), "clause, paragraph, label, heading"),
    ("marker", pa.string(), "as written, canonical script", NULL),
    ("ordinal", pa.int32(), "value of the number; null where there is none", NULL),
    ("text", pa.string(), "own text without the marker"),
    ("text_hant", pa.string(), "own text in Traditional characters"),
    ("raw_start", pa.int32(), "first code point of the marker"),
    ("raw_end", pa.int32(), "end of its own text, before its first child"),
    *((flag, pa.bool_(), _FLAG_DESCRIPTIONS[flag]) for flag in CLAUSE_FLAGS),
    ("text_id", pa.string(), "hash of the comparison key"),
)

CLAUSE_GROUPS = _schema(
    ("text_id", pa.string(), "clause text"),
    ("group_id", pa.string(), "smallest text_id of the group of near-equal clauses"),
    ("text", pa.string(), "one wording of it"),
    ("n_clauses", pa.int32(), "clauses with this text_id"),
    ("n_articles", pa.int32(), "articles they stand in"),
    ("n_sites", pa.int32(), "sites they stand on"),
)

PAIRS = _schema(
    ("left_id", pa.string(), "smaller article_id"),
    ("right_id", pa.string(), "larger article_id"),
    ("relation", pa.string(), "of left to right (contract §5)"),
    ("accepted", pa.bool_(), "the relation holds; false: a rejected candidate"),
    ("ratio", pa.float64(), "0–100, normalised Indel similarity of the keys"),
    ("jaccard", pa.float64(), "0–1, of the sets of informative shingles (four units of the key)"),
    ("coverage_left", pa.float64(), "0–1, share of the informative text of left found in right"),
    ("coverage_right", pa.float64(), "0–1, share of the informative text of right found in left"),
    ("layout_differs", pa.bool_(), "line breaks differ"),
    ("script_differs", pa.bool_(), "script as served differs"),
    ("repairs_differ", pa.bool_(), "damage differs"),
    ("slots", _SLOTS, "consistent substitutions, how often each"),
    ("reason", pa.string(), "why accepted or rejected"),
    ("rules", pa.string(), "version of the rules"),
)

CLUSTERS = _schema(
    ("cluster_id", pa.string(), "its earliest member"),
    ("canonical_id", pa.string(), "the member that stands for it"),
    ("family_id", pa.string(), "family of template siblings"),
    ("size", pa.int32(), "articles"),
    ("n_pages", pa.int32(), "pages they stand on"),
    ("min_ratio", pa.float64(), "0–100, least ratio of a member to the canonical"),
)

ALIGNMENTS = _schema(
    ("canonical_clause_id", pa.string(), "null where added", NULL),
    ("member_clause_id", pa.string(), "null where removed", NULL),
    ("member_id", pa.string(), "article_id of the member: says whose a removed clause is"),
    ("op", pa.string(), "changed, added, removed, moved"),
    ("ratio", pa.float64(), "0–100 of the two texts; null where one is missing", NULL),
)

EDITS = _schema(
    ("page_id", pa.string(), "page repaired"),
    ("raw_start", pa.int32(), "start of what was replaced"),
    ("raw_end", pa.int32(), "end of what was replaced"),
    ("replacement", pa.string(), "what stands there now"),
    ("rule", pa.string(), "repair rule"),
)

LINES = _schema(
    ("page_id", pa.string(), "page"),
    ("line", pa.int32(), "0-based number of the visible line"),
    ("raw_start", pa.int32(), "start in raw_text"),
    ("raw_end", pa.int32(), "end in raw_text, without the break"),
    ("role", pa.string(), "field, guide, article, dropped"),
    ("reason", pa.string(), "why dropped", NULL),
    ("article_id", pa.string(), "article it belongs to", NULL),
)

REJECTS = _schema(
    ("source", pa.string(), "what was rejected"),
    ("page_id", pa.string(), "where it got that far", NULL),
    ("stage", pa.string(), "stage that rejected it"),
    ("reason", pa.string(), "of a closed set"),
    ("detail", pa.string(), "what was found"),
    ("excerpt", pa.string(), "the beginning of it"),
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
    ("id", pa.string(), "the table's id, as text"),
    ("cluster_id", pa.string(), "cluster of duplicates; its own id when alone"),
    ("canonical", pa.bool_(), "stands for its cluster"),
    ("relation", pa.string(), "to the canonical; null for the canonical itself", NULL),
    ("ratio", pa.float64(), "0–100, to the canonical", NULL),
    ("family_id", pa.string(), "family of template siblings"),
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
    ("rejects", "stage"): ("read", "parse"),
    ("rejects", "reason"): REJECT_REASONS,
}


def describe(column: pa.Field) -> str:
    """Return the description of a column."""
    return str(column.metadata[b"description"], "utf-8")


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
    {'type': 'integer', 'description': 'articles'}
    """
    properties: dict[str, Any] = {}
    for column in TABLES[table]:
        described = _json_type(column.type, CLOSED_SETS.get((table, column.name)))
        if column.nullable:
            described = {"anyOf": [described, {"type": "null"}]}
        properties[column.name] = described | {"description": describe(column)}
    return {
        "$schema": JSON_SCHEMA_DIALECT,
        "title": f"{SCHEMA_VERSION} {table}",
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }
