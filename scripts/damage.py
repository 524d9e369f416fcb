"""Damage as bad proxies do it, made byte by byte, with the truth kept.

Leaks and shifts arise from really replacing the GBK bytes of X by X(pinyin) in a line; the other kinds
are inserted or dropped bytes decoded again. Nothing here imports the program, whose opponent it is.
"""

import random
import re
from dataclasses import dataclass

READINGS = dict(
    zip(
        "務應據責數發內關當業準規標結調區態經訓設員會實對財產報選檢間與審議處資費備門職項進"
        "時學機術質險裝車銷計單記賬錄證請領導團隊節約護維運營環衛電線網點號書說認識訂貨庫額價"
        "買賣貴續達過遠適遲開際隨難雙離響須預題類驗齊",
        (
            "wù yīng jù zé shù fā nèi guān dāng yè zhǔn guī biāo jié diào qū tài jīng xùn shè yuán huì shí "
            "duì cái chǎn bào xuǎn jiǎn jiān yǔ shěn yì chǔ zī fèi bèi mén zhí xiàng jìn shí xué jī shù zhì "
            "xiǎn zhuāng chē xiāo jì dān jì zhàng lù zhèng qǐng lǐng dǎo tuán duì jié yuē hù wéi yùn yíng "
            "huán wèi diàn xiàn wǎng diǎn hào shū shuō rèn shí dìng huò kù é jià mǎi mài guì xù dá guò yuǎn "
            "shì chí kāi jì suí nán shuāng lí xiǎng xū yù tí lèi yàn qí"
        ).split(),
        strict=True,
    )
)
HANZI_PAIR = re.compile(r"[一-鿿](?=[一-鿿])")
LETTERS = re.compile(r"[@A-Za-z\[\\\]^_`{|}~]")


@dataclass(frozen=True, slots=True)
class LeakTable:
    """Which characters leak, in the order of the replacement, and how a leak is written."""

    readings: tuple[tuple[str, str], ...]
    opening: str = "("
    closing: str = ")"


def draw_table(r: random.Random, size: int = 36) -> LeakTable:
    """A leak set of a site: `size` characters in random order; rarely with a blank or full-width brackets."""
    chosen = r.sample(sorted(READINGS.items()), size)
    k = r.random()
    if k < 0.1:
        return LeakTable(tuple(chosen), "(", " )")
    if k < 0.18:
        return LeakTable(tuple(chosen), "（", "）")
    return LeakTable(tuple(chosen))


def decode_gbk(body: bytes) -> tuple[str, int]:
    """What a browser of old shows: a lead byte without its trail takes the next byte with it and shows `?`.

    Returns the text and how many times that happened.
    """
    out: list[str] = []
    at = lost = 0
    while at < len(body):
        try:
            out.append(body[at:].decode("gbk"))
            break
        except UnicodeDecodeError as error:
            out += [body[at : at + error.start].decode("gbk"), "?"]
            lost += 1
            at += error.start + 2
    return "".join(out), lost


def leak_aligned(line: str, table: LeakTable) -> str:
    """Every X of the table becomes X(pinyin), character by character: leaks without byte shifts."""
    return line.translate({ord(x): f"{x}{table.opening}{py}{table.closing}" for x, py in table.readings})


def leak_bytes(line: str, table: LeakTable) -> tuple[str, int]:
    """Every X of the table becomes X(pinyin) in the GBK bytes, in table order, neighbours' halves included.

    Returns the damaged line and the number of `?` shown; raises UnicodeEncodeError outside GBK.
    """
    body = line.encode("gbk")
    for x, py in table.readings:
        key = x.encode("gbk")
        if key in body:
            body = body.replace(key, key + f"{table.opening}{py}{table.closing}".encode("gbk"))
    return decode_gbk(body)


def shifts_undone(line: str, table: LeakTable) -> str | None:
    """The clean line, if every shift in a line of leaks can be inverted by who knows the table; else None.

    At `?pinyin)` the X of that reading gets its trail byte back as the first half of what follows, up to the
    first Latin letter, which was a trail byte left alone.
    """
    out = line
    for x, py in table.readings:
        trail, mark = x.encode("gbk")[1:], f"?{py}{table.closing}"
        while (at := out.find(mark)) > 0:
            rest = out[at + len(mark) :]
            end = LETTERS.search(rest)
            before = leak_stripped(out[:at], table)[-1:].encode("gbk", "replace")
            if end is None or before[-1:] != x.encode("gbk")[:1]:
                return None
            try:
                run = (trail + rest[: end.end()].encode("gbk")).decode("gbk")
            except UnicodeError:
                return None
            out = out[:at] + run + rest[end.end() :]
    return leak_stripped(out, table)


def leak_stripped(line: str, table: LeakTable) -> str:
    """The line without its aligned leaks."""
    for x, py in table.readings:
        line = line.replace(f"{x}{table.opening}{py}{table.closing}", x)
    return line


def leak(line: str, table: LeakTable) -> str:
    """The line with byte-level leaks where they can be undone, else with aligned ones, which lose nothing."""
    try:
        damaged, shifts = leak_bytes(line, table)
    except UnicodeEncodeError:
        return leak_aligned(line, table)
    if not shifts and damaged == leak_aligned(line, table):
        return damaged
    return damaged if shifts and shifts_undone(damaged, table) == line else leak_aligned(line, table)


def insert_a1(line: str) -> str | None:
    """The line with a stray byte A1 (half a full-width space) before it, if that can be undone; else None."""
    try:
        shown, lost = decode_gbk(b"\xa1" + line.encode("gbk"))
        back = shown.encode("gbk")[1:].decode("gbk")
    except UnicodeError:
        return None
    return shown if not lost and back == line and shown[:1] != "　" else None


def lose_lead(line: str, at: int) -> tuple[str, bool] | None:
    """The line without the lead byte of its character `at`, and whether a Latin letter ended the shift.

    None where the bytes do not decode: such a line shows question marks and nothing could be known of it.
    """
    try:
        before, after = line[:at].encode("gbk"), line[at:].encode("gbk")
        shown, lost = decode_gbk(before + after[1:])
    except UnicodeError:
        return None
    if lost or len(after) < 2:
        return None
    return shown, LETTERS.search(shown[at:]) is not None


def stray_marks(line: str, r: random.Random, mark: str = "'") -> str:
    """The line with a stray mark after one of its 的, as some sites leave it behind: 的' or 的`."""
    places = [i for i, c in enumerate(line) if c == "的" and i + 1 < len(line)]
    if not places:
        return line
    at = r.choice(places) + 1
    return line[:at] + mark + line[at:]


def invisible(line: str, r: random.Random) -> str:
    """The line with one zero-width character between two of its Chinese characters."""
    places = [m.start() + 1 for m in HANZI_PAIR.finditer(line)]
    if not places:
        return line
    at = r.choice(places)
    return line[:at] + r.choice("\u200b\u200c\ufeff\u2060") + line[at:]
