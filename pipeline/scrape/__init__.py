"""A polite, resumable crawler of template sites into WARC, on Scrapy (extra `scrape`)."""
