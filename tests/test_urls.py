import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.urls import canonical_url, host_of, url_key

CASES = [
    case
    for name in ("synthetic", "negative")
    for case in json.loads((Path(__file__).parent / "cases" / "urls" / f"{name}.json").read_text("utf-8"))
]
HOSTS = st.sampled_from(
    ["a.com", "www.a.com", "m.b.cn", "WWW.m.a.com.cn", "127.0.0.1", "[::1]", "范文.com", "m.com"]
)
PIECES = st.text(st.sampled_from("ab你/.%&=?#;~ \\\t:@[]2F7e"), max_size=24)
ADDRESSES = st.builds(
    "{}{}{}/{}".format,
    st.sampled_from(["http://", "https://", "HTTP://", "", "//"]),
    HOSTS,
    st.sampled_from(["", ":80", ":8080"]),
    PIECES,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_key(case: dict[str, str]) -> None:
    assert url_key(case["input"]) == case["expected"]


@given(ADDRESSES | st.text())
@example("http://http://a.com/")
@example("http://a.com/..%2e/")
def test_a_key_of_a_key_is_itself(url: str) -> None:
    assert url_key(url_key(url)) == url_key(url)
    assert canonical_url(canonical_url(url)) == canonical_url(url)


@given(ADDRESSES)
def test_the_canonical_spelling_has_the_key_of_what_was_written(url: str) -> None:
    assert url_key(canonical_url(url)) == url_key(url)


@given(ADDRESSES)
def test_the_canonical_spelling_can_be_sent(url: str) -> None:
    plain = canonical_url(url)
    parts = urlsplit(plain)
    assert parts.scheme in ("http", "https")
    assert plain.isascii()
    assert not set(plain) & set(" \t\r\n\\#")
    assert parts.username is None
    assert host_of(plain) == parts.hostname
