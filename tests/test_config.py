import re
from pathlib import Path

import pytest

from pipeline.config import Config, config_digest, describe_config, load_config
from pipeline.errors import ConfigError, InputError


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "fanwen.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_overrides_only_what_it_names(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, '[page]\nhant = "s2tw"\n[ingest]\nmax_reject_rate = 1\n'))
    assert config.page.hant == "s2tw"
    assert config.ingest.max_reject_rate == 1.0
    assert config.repair == Config().repair


def test_the_digest_changes_with_any_value(tmp_path: Path) -> None:
    changed = load_config(write(tmp_path, "[repair]\nblank = false\n"))
    assert config_digest(changed) != config_digest(Config())
    assert config_digest(load_config(write(tmp_path, "[repair]\nblank = true\n"))) == config_digest(Config())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[repiar]\n", "unknown key 'repiar'; known: clauses, dedup, ingest, page, repair, scrape"),
        ("[page]\nhnat = 's2t'\n", "unknown key 'hnat'"),
        ("[ingest]\nworkers = 'two'\n", "workers must be int, found 'two'"),
        ("[repair]\nleak = 1\n", "leak must be bool, found 1"),
        ("page = 3\n", "page is a table, found 3"),
        ("[page\n", "is not valid TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(told)):
        load_config(write(tmp_path, text))


def test_a_file_of_an_editor_of_windows(tmp_path: Path) -> None:
    path = tmp_path / "fanwen.toml"
    path.write_bytes(b"\xef\xbb\xbf[ingest]\r\nworkers = 2\r\n")
    assert load_config(path).ingest.workers == 2
    assert ("ingest.workers", 2, str(path)) in describe_config(path)


def test_a_missing_file_is_missing_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read config"):
        load_config(tmp_path / "none.toml")


def test_every_value_says_where_it_came_from(tmp_path: Path) -> None:
    path = write(tmp_path, '[page]\nhant = "none"\n')
    rows = {key: (value, origin) for key, value, origin in describe_config(path)}
    assert rows["page.hant"] == ("none", str(path))
    assert rows["repair.leak"] == (True, "default")
