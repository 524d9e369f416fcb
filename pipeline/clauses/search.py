"""The search: which candidates are markers, decided by the sequence they stand in.

A beam over candidates. A state is a stack of open lists (style, ordinal, group, variant) with the running
numbers of articles and chapters and the last ordinal of each style; a move takes the candidate at some depth
of the stack or skips it. Everything is whole numbers, so the interpreted and the compiled form agree exactly.
"""

from pipeline.clauses import markers as mk
from pipeline.clauses.digits import GROUP_STEP
from pipeline.clauses.scan import (
    BARE,
    BOUNDARY,
    DAMAGED,
    END,
    FIELD_AFTER_SENTENCE,
    FIELD_IN_LINE,
    FIELDS,
    FOLLOWED,
    FRESH,
    GAIN,
    GROUP,
    HALF,
    LAST,
    ORDINAL,
    SECTION_HEAD,
    SENTENCE,
    START,
    STOPPED,
    STYLE,
    VARIANT,
    Ints,
)
from pipeline.clauses.shapes import ANNEX, ANY_WORD, BY_COMMA, PENALTY_NONE, STAGES, TITLE_TOP

Work = tuple[Ints, Ints, Ints]  # states, candidates, moves

BEAM = 8
DEPTH = 10  # lists nest no deeper
ENTRY = 4  # style, ordinal, group, variant of one open list
SCORE, HEIGHT, ARTICLE_NO, ARTICLE_SUB, CHAPTER_NO, TAKEN, MEMORY, STACK = 0, 1, 2, 3, 4, 5, 8, 8 + mk.STYLES
STATE = STACK + DEPTH * ENTRY
MOVE = 5  # score, parent, depth (−1 = skip), flag, ordinal kept
MOVES = BEAM * (2 * DEPTH + 8)

# Flags of a taken candidate, in the order of FLAG_NAMES.
PLAIN, GAP, RESTART, DOUBLED, MISNUMBERED = range(5)

# Costs and gains, hundredths: the second prototype's (facts.md §5), tuned on half of the statutes.
PRUNE = 400
NEXT = 10
POP = 3
OPEN = -100
OPEN_FOLLOWED = -30
OPEN_NEAR = -65  # the next number but one follows: an item is missing
OPEN_LATE = -150  # a list that begins with another number than 1
OPEN_LATE_FOLLOWED = -120
RUN_ON = -60
GAP_ONE = -95
GAP_MORE = -150
AGAIN = -80
BEGIN_AGAIN = -170
WRONG = -150
WRONG_KEPT = -180
REPLACE = -135
BEGIN_CHAPTER = -60  # 第一条 again right after the title of a chapter
NEW_GROUP = -20  # 1.3 then 2.1, with no 2. between
STRANGE_GROUP = -60  # 2.1 under anything but 2.
REPLACE_FRESH = -20  # after a line that names a field (任职要求：) a list of another style is a new one
NESTED_FRESH = -40
SECTION = 60  # a list inside another behind 【…】
BEGIN_IN_LINE = 125  # what a title or field in the same line does
BEGIN_FRESH = 110  # what such a line gives back of the cost of beginning again
SAME_STYLE_ANNOUNCED = -20  # （二）乙：（一）子；
SAME_STYLE = -150  # a list inside an item of the same style
INSIDE_OUT = -30  # a list of an outer style inside an inner one
CROSSING = -40  # 一、 then 二.
SKIP_LINE = -50
SKIP_STOP = -25
GLUE_TITLE = 110
GLUE_LIST = 90
GLUE_TOP = 90  # the first number of all touches the title of the text
TITLE = 40  # characters of a title without a stop
HEADING_SPAN = 14  # characters of an unnumbered heading and the stop before it
GLUE_HEADING = 60
GLUE_NEXT = 60  # A.甲B.乙: items without stops
GLUE_PARTS = 90  # 2.1指挥部2.2工作组
SHORT_OPEN = 90  # after a title of a few characters
TITLE_SHORT = 12
TITLE_OPEN = 60  # a list of another style after a title
NEVER = -4 * PRUNE  # words of sequence begin with the first and miss none
WEAK = 60  # anything but the next ordinal where no boundary stands costs more


def boundary_weight(cands: Ints, c: int) -> int:
    """Extra cost of an irregular number at a weak boundary."""
    return WEAK if cands[c * FIELDS + BOUNDARY] >= mk.COMMA else 0


def is_broken(cands: Ints, c: int) -> bool:
    """Say whether candidate c is damaged: （一） or 一、 without a bracket or stop, 其次条 for 第二条."""
    variant, style = cands[c * FIELDS + VARIANT], cands[c * FIELDS + STYLE]
    return style <= mk.CN_PAREN and variant in (DAMAGED, HALF)


def is_unsure(cands: Ints, c: int) -> bool:
    """Say whether candidate c is a bare number that only goes on with a list: 2附则."""
    base = c * FIELDS
    bare = cands[base + VARIANT] == BARE and cands[base + STYLE] == mk.AR_DOT
    return bool(bare and cands[base + GAIN] < 0)


def skip_cost(cands: Ints, c: int) -> int:
    """Cost of leaving candidate c: what stands at a boundary and fits no list is odd."""
    base = c * FIELDS
    style, boundary = cands[base + STYLE], cands[base + BOUNDARY]
    if cands[base + GAIN] < 0 or boundary > mk.COLON or is_broken(cands, c):
        return 0
    if boundary == mk.LINE or (boundary == mk.STOP and style == mk.ARTICLE):
        return SKIP_LINE
    return SKIP_STOP


def push(moves: Ints, count: int, score: int, depth: int, flag: int) -> int:
    """Append a move of the state being expanded; the ordinal kept is the candidate's."""
    base = count * MOVE
    moves[base], moves[base + 2], moves[base + 3], moves[base + 4] = score, depth, flag, -1
    return count + 1


def glue(states: Ints, at: int, cands: Ints, c: int) -> int:
    """Gain where only a title (or nothing) stands between the last marker taken and candidate c."""
    base, last = c * FIELDS, states[at + TAKEN]
    if cands[base + BOUNDARY] < mk.COMMA:
        return 0
    if last < 0:
        begins = cands[base + ORDINAL] == 1 or (
            cands[base + STYLE] <= mk.ARTICLE and cands[base + FOLLOWED] == 1
        )  # an excerpt begins with any chapter or article
        top = cands[base + SENTENCE] < 0 and cands[base + START] <= TITLE_TOP
        return GLUE_TOP if begins and top else 0
    start, ended = cands[base + START], cands[last * FIELDS + END]
    if cands[base + SENTENCE] >= ended or start - ended > TITLE:
        return 0
    style, above = cands[base + STYLE], cands[last * FIELDS + STYLE]
    if above <= mk.SECTION and above != style:
        return GLUE_TITLE
    if start - ended <= 1:
        return GLUE_LIST
    if style == above and cands[base + ORDINAL] == cands[last * FIELDS + ORDINAL] + 1:
        return GLUE_PARTS if mk.DOTTED2 <= style <= mk.DOTTED4 or style >= mk.STEP else GLUE_NEXT
    if style == mk.ARTICLE and above == mk.CN_DUN:
        return GLUE_LIST
    if cands[base + ORDINAL] != 1 or style == above:
        return 0
    return SHORT_OPEN if start - ended <= TITLE_SHORT else TITLE_OPEN


def follows(states: Ints, entry: int, cands: Ints, c: int) -> int:
    """Flag and cost of candidate c after an open entry of its style: cost * 8 + flag."""
    base = c * FIELDS
    number, group, style = cands[base + ORDINAL], cands[base + GROUP], cands[base + STYLE]
    last, last_group = states[entry + 1], states[entry + 2]
    weak = boundary_weight(cands, c)
    broken = is_broken(cands, c)
    crossing = CROSSING if states[entry + 3] != cands[base + VARIANT] and not broken else 0
    if broken and number != last + 1:
        return NEVER * 8
    if cands[base + BOUNDARY] > mk.LINE and is_unsure(cands, c) and states[entry + 3] != BARE:
        return NEVER * 8
    if style == mk.BULLET:
        return (NEXT + 4 * crossing) * 8
    if number == LAST:
        return (NEXT if last > 1 else NEVER) * 8
    if style in (mk.ONE_IS, mk.SEQUENCE) and number != last + 1:
        return NEVER * 8
    if mk.DOTTED2 <= style <= mk.DASHED and group != last_group:
        return (NEW_GROUP if number == 1 and group > last_group else BEGIN_AGAIN) * 8
    if number == last + 1:
        return (NEXT + crossing) * 8
    if number == last:
        return (AGAIN + crossing - weak) * 8 + DOUBLED
    if number == 1:
        fresh = cands[base + FRESH] > 0
        gain = BEGIN_IN_LINE if cands[base + FRESH] == FIELD_IN_LINE else BEGIN_FRESH
        return (BEGIN_AGAIN + gain if fresh else BEGIN_AGAIN - weak) * 8 + RESTART
    if number == last + 2:
        return (GAP_ONE + crossing - weak) * 8 + GAP
    if last + 2 < number < last + 6:
        return (GAP_MORE + crossing - weak) * 8 + GAP
    return (WRONG_KEPT + crossing - 2 * weak) * 8 + MISNUMBERED


def opening(states: Ints, at: int, cands: Ints, c: int) -> int:
    """Flag and cost of opening a list with candidate c: cost * 8 + flag."""
    base = c * FIELDS
    number, style = cands[base + ORDINAL], cands[base + STYLE]
    followed = cands[base + FOLLOWED]
    if style == mk.BULLET:
        return OPEN_FOLLOWED * 8
    if is_broken(cands, c) and (cands[base + VARIANT] == DAMAGED or number != 1 or followed != 1):
        return NEVER * 8
    if style in (mk.ONE_IS, mk.SEQUENCE) and (number != 1 or followed != 1):
        return NEVER * 8
    if cands[base + BOUNDARY] > mk.LINE and is_unsure(cands, c):
        return (OPEN_FOLLOWED if number == 1 and followed > 0 and states[at + TAKEN] < 0 else NEVER) * 8
    if style == mk.NAMED and cands[base + GROUP] == ANY_WORD and (number != 1 or followed == 0):
        return NEVER * 8
    if style == mk.STEP and number > 1:  # an excerpt may begin with the second lesson
        begins = states[at + TAKEN] < 0 and cands[base + START] <= TITLE_TOP
        if not begins or cands[base + VARIANT] in STAGES:
            return NEVER * 8
    if style == mk.FIRSTLY and cands[base + VARIANT] == BY_COMMA and number == 1 and followed == 0:
        return NEVER * 8
    if mk.DOTTED2 <= style <= mk.DASHED and number == 1:
        return OPEN * 8
    if number == 1:
        return (OPEN_FOLLOWED if followed == 1 else (OPEN_NEAR if followed == 2 else OPEN)) * 8
    if states[at + MEMORY + style] == number - 1:
        return RUN_ON * 8
    return ((OPEN_LATE_FOLLOWED if followed == 1 else OPEN_LATE) - boundary_weight(cands, c)) * 8 + GAP


def goes_on(states: Ints, entry: int, cands: Ints, c: int) -> bool:
    """Say whether candidate c is of the style of an open entry; 步骤一 and 问一 are lists of their own."""
    style = cands[c * FIELDS + STYLE]
    return bool(
        states[entry] == style and (style < mk.STEP or states[entry + 3] == cands[c * FIELDS + VARIANT])
    )


def is_open(states: Ints, at: int, cands: Ints, c: int) -> bool:
    """Say whether a list of the style of c is open at any depth: another one inside it is rare."""
    for k in range(states[at + HEIGHT]):  # noqa: SIM110 - the compiled form knows no any()
        if goes_on(states, at + STACK + k * ENTRY, cands, c):
            return True
    return False


def nesting(states: Ints, at: int, cands: Ints, c: int) -> int:
    """Return gain or cost of a list inside the top entry; NEVER for 3. inside 2.2 and 1.2 inside 1.1.2."""
    base, height = c * FIELDS, states[at + HEIGHT]
    style, group = cands[base + STYLE], cands[base + GROUP]
    dotted = mk.DOTTED2 <= style <= mk.DASHED
    if height == 0:
        return 0
    entry = at + STACK + (height - 1) * ENTRY
    above = states[entry]
    if mk.DOTTED2 <= above <= mk.DASHED and (style == mk.AR_DOT or (dotted and style <= above)):
        return NEVER
    if dotted:
        packed = states[entry + 1] + (
            states[entry + 2] * GROUP_STEP if mk.DOTTED2 <= above <= mk.DOTTED4 else 0
        )
        if (packed != group and packed * GROUP_STEP != group) or cands[base + ORDINAL] != 1:
            return STRANGE_GROUP
        return NEXT - OPEN + (PENALTY_NONE if cands[base + BOUNDARY] == mk.NONE else 0)  # 1总则1.1
    if is_open(states, at, cands, c):
        last_end = cands[states[at + TAKEN] * FIELDS + END]
        direct = cands[base + BOUNDARY] == mk.COLON and cands[base + STOPPED] < last_end
        return SAME_STYLE_ANNOUNCED if direct else SAME_STYLE
    return INSIDE_OUT if mk.SUBITEM < above < mk.STEP and above > style else 0


def list_moves(work: Work, at: int, c: int, count: int) -> int:
    """Write the moves of a list marker: on with an open list, or open one, on top or in its place."""
    states, cands, moves = work
    base, height = c * FIELDS, states[at + HEIGHT]
    style = cands[base + STYLE]
    gain = cands[base + GAIN] + glue(states, at, cands, c)
    top = -1
    for depth in range(height - 1, -1, -1):
        entry = at + STACK + depth * ENTRY
        if goes_on(states, entry, cands, c):
            found = follows(states, entry, cands, c)
            count = push(moves, count, gain + (found >> 3) - POP * (height - 1 - depth), depth, found & 7)
            if found & 7 != PLAIN and style != mk.BULLET:
                count = push(moves, count, gain + WRONG - boundary_weight(cands, c), depth, MISNUMBERED)
                moves[(count - 1) * MOVE + 4] = states[entry + 1] + 1
            top = max(top, depth)
    if height >= DEPTH:
        return count
    found = opening(states, at, cands, c)
    cost, field = gain + (found >> 3), cands[base + FRESH]
    fresh = field in (FIELD_AFTER_SENTENCE, SECTION_HEAD)
    inside = nesting(states, at, cands, c)
    cost += inside
    if style == mk.NAMED and cands[base + VARIANT] == ANNEX:
        return push(moves, count, gain + (found >> 3), 0, found & 7)  # annexes close all that is open
    replaces = fresh
    if height > 0:
        above = states[at + STACK + (height - 1) * ENTRY]
        if above > mk.SUBITEM and above != style and cands[base + ORDINAL] <= 1:
            outer = (style < above and style <= mk.CN_PAREN) or style == mk.STEP
            outer = outer and above < mk.FIRSTLY
            replaces = fresh or (field == FIELD_IN_LINE and outer)
            count = push(moves, count, cost + (REPLACE_FRESH if replaces else REPLACE), height - 1, found & 7)
        cost += NESTED_FRESH if replaces else 0
        if field == SECTION_HEAD and states[at + STACK] > mk.SUBITEM:
            cost -= SECTION
            if height > 1 or above == style:
                count = push(moves, count, gain + (found >> 3) + REPLACE_FRESH, 0, found & 7)
    return push(moves, count, cost, height, found & 7)


def ranked_depth(states: Ints, at: int, style: int) -> int:
    """Depth at which a 编 … 条 belongs: above all of its rank or lower, below all of a higher."""
    height = states[at + HEIGHT]
    depth = 0
    for k in range(height):
        if states[at + STACK + k * ENTRY] < style:
            depth = k + 1
    return depth


def headed(cands: Ints, c: int) -> int:
    """Gain of an article with the next number behind a short title that follows a sentence: 。附则第九条."""
    base = c * FIELDS
    stop = cands[base + STOPPED]
    near = stop >= 0 and cands[base + SENTENCE] == stop and cands[base + START] - stop <= HEADING_SPAN
    return GLUE_HEADING if near and cands[base + BOUNDARY] == mk.NONE else 0


def running(states: Ints, at: int, cands: Ints, c: int, glued: int) -> int:
    """Flag and cost of a 章 or 条, whose numbers run through the document: cost * 8 + flag.

    glued: the gain of the title that touches it.
    """
    base = c * FIELDS
    number, sub, style = cands[base + ORDINAL], cands[base + GROUP], cands[base + STYLE]
    article = style == mk.ARTICLE
    last = states[at + (ARTICLE_NO if article else CHAPTER_NO)]
    last_sub = states[at + ARTICLE_SUB] if article else 0
    weak = 0 if glued > 0 else 2 * boundary_weight(cands, c)
    if is_broken(cands, c) and number != last + 1:
        return NEVER * 8
    if sub > 0:
        return NEXT * 8 if number == last and sub == last_sub + 1 else (GAP_MORE - weak) * 8 + GAP
    if number == last + 1:
        heading = headed(cands, c) if article and glued == 0 else 0
        return (OPEN_FOLLOWED if last == 0 else NEXT + heading) * 8
    if last == 0:
        return ((OPEN_LATE_FOLLOWED if cands[base + FOLLOWED] == 1 else OPEN_LATE) - weak) * 8 + GAP
    if number == 1:
        taken = states[at + TAKEN]
        if article and taken >= 0 and cands[taken * FIELDS + STYLE] <= mk.SECTION:
            return BEGIN_CHAPTER * 8 + RESTART
        new_part = states[at + HEIGHT] == 1 and states[at + STACK] <= mk.SUBPART and not article
        return NEXT * 8 if new_part else (BEGIN_AGAIN - weak) * 8 + RESTART
    if number == last and last_sub == 0:
        return (AGAIN - weak) * 8 + DOUBLED
    if number == last + 2:
        return (GAP_ONE - weak) * 8 + GAP
    if last + 2 < number < last + 6:
        return (GAP_MORE - weak) * 8 + GAP
    return (WRONG_KEPT - 2 * weak) * 8 + MISNUMBERED


def ranked_moves(work: Work, at: int, c: int, count: int) -> int:
    """Write the moves of 编 … 条: in the place of their rank, an article under a 一、 that is open."""
    states, cands, moves = work
    base, height = c * FIELDS, states[at + HEIGHT]
    style = cands[base + STYLE]
    depth = ranked_depth(states, at, style)
    if depth >= DEPTH:
        return count
    glued = glue(states, at, cands, c)
    gain = cands[base + GAIN] + glued
    if style in (mk.ARTICLE, mk.CHAPTER):
        found = running(states, at, cands, c, glued)
    elif depth < height and states[at + STACK + depth * ENTRY] == style:
        found = follows(states, at + STACK + depth * ENTRY, cands, c)
    else:
        found = opening(states, at, cands, c)
    score, flag = gain + (found >> 3), found & 7
    number = states[at + ARTICLE_NO] if style == mk.ARTICLE else states[at + CHAPTER_NO]
    own = article_place(states, at, style, depth)
    count = push(moves, count, score, own, flag)
    if flag != PLAIN and number > 0 and style in (mk.ARTICLE, mk.CHAPTER):
        count = push(moves, count, gain + WRONG - 2 * boundary_weight(cands, c), own, MISNUMBERED)
        moves[(count - 1) * MOVE + 4] = number + 1
    return count


def article_place(states: Ints, at: int, style: int, depth: int) -> int:
    """Depth of an article: where one is open, else below the 一、 that is open under the chapter, if any."""
    height = states[at + HEIGHT]
    if style != mk.ARTICLE or depth >= height:
        return depth
    for k in range(depth, height):
        if states[at + STACK + k * ENTRY] == style:
            return k
    return depth + 1 if states[at + STACK + depth * ENTRY] == mk.CN_DUN and depth + 1 < DEPTH else depth
