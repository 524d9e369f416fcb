import jsonschema
import pytest

from pipeline.schema import CLOSED_SETS, JSON_SCHEMA_DIALECT, KEYS, TABLES, table_json_schema


@pytest.mark.parametrize("table", TABLES)
def test_the_json_schema_is_valid_and_names_every_column(table: str) -> None:
    described = table_json_schema(table)
    jsonschema.Draft202012Validator.check_schema(described)
    assert described["$schema"] == JSON_SCHEMA_DIALECT
    assert list(described["properties"]) == TABLES[table].names
    assert set(KEYS[table]) <= set(TABLES[table].names)


def test_closed_sets_name_real_columns_and_bind() -> None:
    for table, column in CLOSED_SETS:
        assert column in TABLES[table].names
    row = {"canonical_clause_id": None, "member_clause_id": "a:1/1", "member_id": "a:1"}
    row |= {"op": "added", "ratio": None}
    validator = jsonschema.Draft202012Validator(table_json_schema("alignments"))
    assert validator.is_valid(row)
    assert not validator.is_valid(row | {"op": "stolen"})
    assert not validator.is_valid({k: v for k, v in row.items() if k != "op"})
