"""The beam: carries the best few states of search.py over the candidates and traces the best one back."""

from pipeline.clauses import markers as mk
from pipeline.clauses.scan import (
    BOUNDARY,
    END,
    FIELDS,
    FOLLOWED,
    GAIN,
    GROUP,
    LAST,
    ORDINAL,
    SENTENCE,
    STYLE,
    VARIANT,
    Ints,
)
from pipeline.clauses.search import (
    ARTICLE_NO,
    ARTICLE_SUB,
    BEAM,
    CHAPTER_NO,
    ENTRY,
    HEIGHT,
    MEMORY,
    MOVE,
    PRUNE,
    SCORE,
    STACK,
    STATE,
    TAKEN,
    Work,
    is_broken,
    is_unsure,
    list_moves,
    push,
    ranked_moves,
    skip_cost,
)

SEEN = 256  # ordinals that the look-ahead remembers
BEAM_STATES = 2 * BEAM * STATE
USED = -(1 << 30)  # score of a move that has been taken
REBASE = 1_000_000  # scores are taken down by the best one before they grow past 32 bits


def look_ahead(cands: Ints, count: int, seen: Ints) -> None:
    """Mark each candidate that one of its style with the next number follows before its own number returns.

    seen: STYLES * SEEN numbers. A bracketed number must not look beyond the next article.
    """
    for j in range(mk.STYLES * SEEN):
        seen[j] = count
    article = count
    for c in range(count - 1, -1, -1):
        base = c * FIELDS
        style, number = cands[base + STYLE], cands[base + ORDINAL]
        if number >= SEEN - 2 or cands[base + GAIN] <= -100:
            continue
        row = style * SEEN
        next_one = min(
            seen[row + number + 1], seen[row + LAST] if style == mk.SEQUENCE and number > 1 else count
        )
        limit = article if style >= mk.CN_PAREN else count
        near = base + FIELDS
        if next_one < count and next_one < seen[row + number] and next_one < limit:
            cands[base + FOLLOWED] = 1
        elif (
            c + 1 < count
            and cands[near + STYLE] == style
            and cands[near + ORDINAL] == number + 1
            and cands[near + SENTENCE] < cands[base + END]
        ):
            cands[base + FOLLOWED] = 1  # （一）资金（二）人才
        elif seen[row + number + 2] < min(seen[row + number], limit):
            cands[base + FOLLOWED] = 2
        if cands[base + BOUNDARY] < mk.NONE and not is_unsure(cands, c):
            seen[row + number] = c
            if style == mk.ARTICLE and cands[base + BOUNDARY] <= mk.STOP and cands[base + GAIN] > 60:
                article = c


def expand(work: Work, first: int, alive: int, c: int) -> int:
    """Write every move of every state for candidate c; return how many."""
    states, cands, moves = work
    count = 0
    skipped = skip_cost(cands, c)
    ranked = cands[c * FIELDS + STYLE] <= mk.ARTICLE
    for s in range(alive):
        at = first + s * STATE
        begin = count
        count = push(moves, count, skipped, -1, 0)
        count = ranked_moves(work, at, c, count) if ranked else list_moves(work, at, c, count)
        for m in range(begin, count):
            moves[m * MOVE] += states[at + SCORE]
            moves[m * MOVE + 1] = s
    return count


def keep_best(moves: Ints, count: int) -> int:
    """Drop the moves that are PRUNE or more below the best; return how many are left."""
    best = moves[0]
    for m in range(1, count):
        best = max(best, moves[m * MOVE])
    kept = 0
    for m in range(count):
        if moves[m * MOVE] > best - PRUNE:
            for f in range(MOVE):
                moves[kept * MOVE + f] = moves[m * MOVE + f]
            kept += 1
    return kept


def apply(work: Work, source: int, target: int, c: int, move: Ints) -> None:
    """Write to `target` the state at `source` after a move. move: MOVE numbers."""
    states, cands = work[0], work[1]
    height = states[source + HEIGHT]
    for f in range(STACK + height * ENTRY):  # what stands above the open lists is never read
        states[target + f] = states[source + f]
    states[target + SCORE] = move[0]
    depth = move[2]
    if depth < 0:
        return
    base = c * FIELDS
    style, number = cands[base + STYLE], cands[base + ORDINAL] if move[4] < 0 else move[4]
    entry = target + STACK + depth * ENTRY
    on = height > depth and states[entry] == style
    if number == LAST and style == mk.SEQUENCE:
        number = states[entry + 1] + 1 if on else 1
    states[entry], states[entry + 1] = style, number
    states[entry + 2] = cands[base + GROUP]
    if not (is_broken(cands, c) and on):  # what the list writes stays what the next marker is compared with
        states[entry + 3] = cands[base + VARIANT]
    states[target + HEIGHT], states[target + TAKEN] = depth + 1, c
    states[target + MEMORY + style] = number
    if style == mk.ARTICLE:
        states[target + ARTICLE_NO], states[target + ARTICLE_SUB] = number, cands[base + GROUP]
    elif style == mk.CHAPTER:
        states[target + CHAPTER_NO] = number


def same(states: Ints, one: int, two: int) -> bool:
    """Say whether two states differ in nothing but their score: stacks first, by which most differ."""
    if states[one + HEIGHT] != states[two + HEIGHT]:
        return False
    for f in range(STACK, STACK + states[one + HEIGHT] * ENTRY):
        if states[one + f] != states[two + f]:
            return False
    for f in range(HEIGHT, STACK):  # noqa: SIM110 - the compiled form knows no any()
        if states[one + f] != states[two + f]:
            return False
    return True


def is_new(states: Ints, target: int, first: int) -> bool:
    """Say whether the state at `target` equals none of those from `first` on."""
    for at in range(first, target, STATE):  # noqa: SIM110 - the compiled form knows no any()
        if same(states, at, target):
            return False
    return True


def select(work: Work, halves: tuple[int, int], c: int, count: int, history: Ints) -> int:
    """Turn the best moves into the next states and note them in the history; return how many are alive."""
    states, moves = work[0], work[2]
    source, target = halves
    alive = 0
    for _ in range(count):
        top = 0
        for m in range(1, count):
            if moves[m * MOVE] > moves[top * MOVE]:
                top = m
        at = target + alive * STATE
        move = moves[top * MOVE : top * MOVE + MOVE]
        apply(work, source + move[1] * STATE, at, c, move)
        if is_new(states, at, target):
            history[c * BEAM + alive] = move[1] + (move[2] + 1) * 16 + move[3] * 256
            alive += 1
            if alive == BEAM:
                break
        moves[top * MOVE] = USED
    return alive


def run_beam(work: Work, count: int, history: Ints, picked: Ints) -> None:
    """Decide every candidate. picked[c] becomes 0 (skipped) or depth + 1 + 16 * flag.

    work: 2 * BEAM * STATE zeros, the candidates, MOVES * MOVE zeros; history: count * BEAM.
    Cost: linear in `count`.
    """
    states, _, moves = work
    source, target, alive = 0, BEAM * STATE, 1
    states[TAKEN] = -1
    for c in range(count):
        found = keep_best(moves, expand(work, source, alive, c))
        alive = select(work, (source, target), c, found, history)
        source, target = target, source
        best = states[source]
        if best > REBASE or best < -REBASE:
            for s in range(alive):
                states[source + s * STATE] -= best
    at = 0
    for c in range(count - 1, -1, -1):
        packed = history[c * BEAM + at]
        at = packed & 15
        picked[c] = ((packed >> 4) & 15) + ((packed >> 8) & 7) * 16
