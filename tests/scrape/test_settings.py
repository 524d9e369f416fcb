import pytest

from pipeline.config import ScrapeConfig
from pipeline.errors import ConfigError
from pipeline.scrape.settings import scrapy_settings, user_agent


@pytest.mark.parametrize("contact", ["you@example.org", "mailto:you@example.org", "https://example.org/bot"])
def test_a_contact_names_who_runs_the_crawler(contact: str) -> None:
    assert user_agent(contact).endswith(f"(+{contact})")


@pytest.mark.parametrize(
    "contact", ["", "me", "a@b", "http://", "you@example.org (x)", "you@example.org\r\nX: y"]
)
def test_without_a_contact_nothing_is_crawled(contact: str) -> None:
    with pytest.raises(ConfigError, match="--contact"):
        user_agent(contact)


def test_the_resolver_stands_before_every_connection() -> None:
    settings = scrapy_settings(ScrapeConfig(contact="you@example.org"), frozenset({"intranet"}))
    assert settings["TWISTED_DNS_RESOLVER"] == "pipeline.scrape.resolver.PublicResolver"
    assert settings["FANWEN_PRIVATE_HOSTS"] == ["intranet"]
    assert settings["CONCURRENT_REQUESTS_PER_DOMAIN"] == 1
