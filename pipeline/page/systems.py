"""What forum, blog and publishing systems write into every page, whatever the site: their marks and bars."""

from pipeline.records import DropReason

# `[!--推荐位--]`: a template's mark that nothing replaced; `Archiver|手机版`, `Processed in 0.1 second(s)`;
# `Filed Under: 制度`; `← Older: 某制度`, `Next Posts →`
SYSTEMS: tuple[tuple[DropReason, str], ...] = (
    ("navigation", r"\[!--[^。]{1,30}--\]"),
    ("footer", r"(?:GMT[+-]\d.{0,40})?Processed in [\d.]+ second.{0,40}|Archiver\s*[|｜].{1,40}"),
    ("related", r"(?:Filed Under|Tagged With|Posted (?:in|by|on))\s*:.{1,80}"),
    (
        "related",
        r"(?:[←«‹<]\s*)?(?:Older|Newer|Previous|Next)(?: (?:Posts?|Entries))?\s*(?::.{1,60}|[→»›>←«‹]*)",
    ),
)
SYSTEM_HINTS = r"--\]|Processed|Archiver|Filed|Tagged|Posted|Older|Newer|Previous|Next"
