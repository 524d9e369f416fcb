"""Which pairs the samples of texts propose, where the last run's are known: what may differ is asked again.

A shingle has up to `POSTINGS` owners, the longest texts whose sample holds it. A text asks its shingles for
the owners that are longer, and whether it makes a pair with one depends on two things (`candidates.enough`):
of which of its shingles that one is an owner, and which of its shingles are rare. Owners change only of
shingles that a text has which came or went; what is rare only where the counts of such shingles pass `RARE`.
So pairs are asked for again of texts that came, whose rare shingles changed or that may lose a pair, and of
all texts with an owner that gained a shingle; the others stand.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.compiled import inlined, kernel, part
from pipeline.dedup.arrays import MIX, texts_of
from pipeline.dedup.candidates import ALSO_RARE, NOBODY, POSTINGS, RARE, enough
from pipeline.dedup.fast import FIRST_PAIRS, MOST_BITS, Sketches, bits_of
from pipeline.dedup.folding import copy_spans
from pipeline.dedup.frames import Ints
from pipeline.dedup.meetings import BOTH, LAST, NOW
from pipeline.dedup.sketch import shift_of
from pipeline.dedup.work import Work, fill

# Of 273,000 texts 1 % more cost .23 of asking for all, 1 % that came and 1 % that went .5, 5 % each 1.2.
MOST_CHANGED = 0.05
LOW_BITS = 20  # of a place of the counts, by which crossings are sought first: 1 MB stays in the cache
SHINGLE_BITS = 35  # of a table of shingles, at most: there are 2^32
PLACES_EACH = 8  # in such a table: of as many rows as samples have most are not in it, and none shall wait

Words = NDArray[np.uint64]
Numbers = NDArray[np.uint32]
Flags = NDArray[np.bool_]
Table = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Before:
    """What is known: the pairs of the last run, and of which runs each text is (`meetings.BOTH`).

    Texts, in the order of their hash, are those of both runs; `judged` of them may make pairs.
    """

    pairs: Words
    standing: NDArray[np.uint8]
    judged: Ints


@inlined
def room_of(table, shift, word):
    """Return where in a table a shingle stands, or is to be put."""
    mask = np.uint64(len(table) - 1)
    at = (word * np.uint64(MIX)) >> shift
    while table[at] != 0 and table[at] >> np.uint64(32) != word:
        at = (at + np.uint64(1)) & mask
    return at


@inlined
def slot_of(table, shift, s):
    """Return the number of a shingle in a table, -1 where it is not there."""
    return np.int64(table[room_of(table, shift, np.uint64(s))] & np.uint64(NOBODY)) - 1


@kernel
def number_shingles(shingles, table):
    """Put shingles into a table, zeros of a number that is a power of two, numbered in order and each once.

    A word of the table is a shingle (<< 32) and its number + 1. Returns how many there are, which are the
    first of `shingles` then.
    """
    shift, n = shift_of(len(table)), 0
    for i in range(len(shingles)):
        word = np.uint64(shingles[i])
        at = room_of(table, shift, word)
        if table[at] == 0:
            shingles[n] = shingles[i]
            n += 1
            table[at] = (word << np.uint64(32)) | np.uint64(n)
    return n


@kernel
def count_those_of_both(sampled, standing, seen):
    """Count the sampled shingles of the texts of both runs, up to one more than is rare."""
    samples, starts, _ = sampled
    mask = np.uint32(len(seen) - 1)
    for t in range(len(standing)):
        first = starts[t] if standing[t] == BOTH else starts[t + 1]
        for i in range(first, starts[t + 1]):
            place = samples[np.uint64(i)] & mask
            seen[place] += np.uint8(seen[place] <= RARE)


@part
def own(owners, slot, place):
    """Put a text among the owners of a shingle, which stand in order of their places."""
    k = POSTINGS - 1
    while k > 0 and owners[slot, k - 1] > place:
        owners[slot, k] = owners[slot, k - 1]
        k -= 1
    owners[slot, k] = place


@kernel
def find_owners(sampled, told, table, of_last, of_now):
    """Write the owners of each shingle of a table in the last run and in this one: the first by place.

    `told` are the place of each text among those judged, the longest first (`NOBODY`: it is not of them), and
    its standing. Owners begin as `NOBODY`.
    """
    (samples, starts, _), (place, standing), last = sampled, told, POSTINGS - 1
    shift = shift_of(len(table))
    for t in range(len(place)):
        mine, now, before = place[t], standing[t] & NOW != 0, standing[t] & LAST != 0
        first = starts[t] if mine != NOBODY else starts[t + 1]
        for i in range(first, starts[t + 1]):
            slot = slot_of(table, shift, samples[np.uint64(i)])
            if slot >= 0 and now and mine < of_now[slot, last]:
                own(of_now, slot, mine)
            if slot >= 0 and before and mine < of_last[slot, last]:
                own(of_last, slot, mine)


@kernel
def find_holders(sampled, places, low, holders):
    """Tell which texts hold a shingle in some places of the counts; `low` are the low bits of these."""
    samples, starts, _ = sampled
    mask, lows = np.uint32(len(places) - 1), np.uint32(len(low) - 1)
    for t in range(len(holders)):
        for i in range(starts[t], starts[t + 1]):
            s = samples[np.uint64(i)]
            if low[s & lows] and places[s & mask]:
                holders[t] = True


@inlined
def vote(owners, slot, mine, worth, voting):
    """Give a vote to the owners of a shingle that are before a text; return how many have votes.

    `voting` are which places are voted for, votes, room for places that have votes, and how many these are.
    """
    wanted, votes, touched, hits = voting
    for k in range(POSTINGS):
        o = owners[slot, k]
        if o >= mine:
            break
        if wanted[o]:
            if votes[o] == 0:
                touched[hits] = o
                hits += 1
            votes[o] += worth
    return hits


@inlined
def count_rare(samples, span, seen):
    """Count the shingles of a sample that are rare."""
    mask, rare = np.uint32(len(seen) - 1), 0
    for i in range(span[0], span[1]):
        rare += np.int64(seen[samples[np.uint64(i)] & mask] <= RARE)
    return rare


@kernel
def ask_again(sampled, told, listed, seen, tally, limits, found):
    """Write the pairs (lower << 32 | upper) of some texts and longer owners of their shingles.

    `told` are the texts that ask, the place of each text and the texts by place. `listed` are the shingles
    that are asked, their owners, and with which places pairs are wanted. `tally` are votes (all 0) and room
    for places; `limits` the first that asks, and the share of a sample that is enough. Returns as
    `candidates.pairs_of_samples` does.
    """
    samples, starts, thin = sampled
    (asking, place, order), (table, owners, wanted), (votes, touched) = told, listed, tally
    mask, shift, n = np.uint32(len(seen) - 1), shift_of(len(table)), 0
    for at in range(limits[0], len(asking)):
        t, hits, rare = asking[at], 0, -1
        first, end = starts[t], starts[t + 1]
        if n + POSTINGS * (end - first) > len(found):
            return at - limits[0], n
        for i in range(first, end):
            s = samples[np.uint64(i)]
            slot = slot_of(table, shift, s)
            if slot >= 0:
                worth = 1 + ALSO_RARE * np.int64(seen[s & mask] <= RARE)
                hits = vote(owners, slot, place[t], worth, (wanted, votes, touched, hits))
        for k in range(hits):
            o = touched[k]
            if rare < 0 and votes[o] >= ALSO_RARE:  # where no vote is of a rare one, nobody asks
                rare = count_rare(samples, (first, end), seen)
            if enough(votes[o], end - first, rare, limits[1], thin[t]):
                low, high = min(order[o], t), max(order[o], t)
                found[n] = (np.uint64(low) << np.uint64(32)) | np.uint64(high)
                n += 1
            votes[o] = 0
    return len(asking) - limits[0], n


@dataclass(frozen=True, slots=True)
class _Ordered:
    """The texts of both runs: standing, place among those judged, the longest first, and texts by place."""

    sketches: Sketches
    standing: NDArray[np.uint8]
    place: Numbers
    order: Ints

    def sampled(self) -> tuple[Numbers, Ints, Flags]:
        """Return what kernels read of the samples."""
        return self.sketches.samples, self.sketches.starts, self.sketches.thin

    def samples_of(self, texts: Ints) -> tuple[Numbers, Ints]:
        """Return the samples of some texts, and how long each is."""
        counts = np.diff(self.sketches.starts)[texts]
        found = np.empty(int(counts.sum()), np.uint32)
        starts = self.sketches.starts[texts]
        copy_spans(self.sketches.samples, starts, found, np.cumsum(counts) - counts, counts)
        return found, counts

    def shingles_of(self, texts: Ints) -> Numbers:
        """Return the shingles that some texts hold, each once."""
        shingles, _ = self.samples_of(texts)
        return shingles[: number_shingles(shingles, _room(2 * len(shingles)))]

    def owners(self, shingles: Numbers) -> tuple[Numbers, Numbers]:
        """Return the places of the owners of shingles in the last run and in this one."""
        last, now = (np.full((len(shingles), POSTINGS), NOBODY, np.uint32) for _ in range(2))
        find_owners(self.sampled(), (self.place, self.standing), _table(shingles), last, now)
        return last, now


def pairs_since(sketches: Sketches, before: Before, work: Work) -> Words | None:
    """Return the pairs that the samples of this run's texts propose, as `fast.pairs_of_samples` does.

    None where most would be looked at: where many texts came or went, or rare shingles are counted in other
    places. Cost: five passes over the samples, and what is asked again.
    """
    standing, changed = before.standing, np.flatnonzero(before.standing != BOTH)
    bits = [_bits_in(sketches, standing & run > 0) for run in (LAST, NOW)]
    if bits[0] != bits[1] or len(changed) > MOST_CHANGED * len(standing):
        return None
    order = before.judged[np.argsort(-sketches.sizes[before.judged], kind="stable")]
    place = np.full(len(standing), NOBODY, np.uint32)
    place[order] = np.arange(len(order))
    texts, seen = _Ordered(sketches, standing, place, order), np.zeros(1 << bits[1], np.uint8)
    asks = _whose_rare_changed(texts, changed, seen)
    asks[changed] = True
    shingles = texts.shingles_of(np.flatnonzero(asks))
    last, now = texts.owners(shingles)
    gained, lost = _more(now, last, len(order)), _more(last, now, len(order))
    here = (standing & NOW > 0) & (place != NOBODY)
    one, other = texts_of(before.pairs)
    owner, asker = np.minimum(place[one], place[other]), np.where(place[one] < place[other], other, one)
    asks[asker[lost[owner]]] = True
    stay = here[one] & here[other] & ~asks[asker] & ~gained[owner]
    more = np.setdiff1d(texts.shingles_of(np.union1d(np.flatnonzero(asks), order[gained])), shingles)
    known = np.concatenate((shingles, more)), np.concatenate((now, texts.owners(more)[1]))
    again = _asked_again(texts, (asks & here, here & ~asks, gained), known, (seen, work.chosen().votes))
    return np.concatenate((before.pairs[stay], again))


def _bits_in(sketches: Sketches, texts: Flags) -> int:
    """Return how many bits number the places of the counts of shingles of some texts."""
    return bits_of(2 * int(np.diff(sketches.starts)[texts].sum()), MOST_BITS)


def _whose_rare_changed(texts: _Ordered, changed: Ints, seen: NDArray[np.uint8]) -> Flags:
    """Return which texts hold a shingle that is rare in one run alone; writes the counts of this one."""
    count_those_of_both(texts.sampled(), texts.standing, seen)
    holders = np.zeros(len(texts.standing), np.bool_)
    samples, counts = texts.samples_of(changed)
    places = samples & np.uint32(len(seen) - 1)
    by = np.argsort(places)
    of_now = np.repeat(texts.standing[changed] == NOW, counts)[by]
    first = np.flatnonzero(np.diff(places[by], prepend=np.uint32(NOBODY)))
    if not len(first):
        return holders
    places, every = places[by[first]], np.diff(np.append(first, len(by)))
    came, stay = np.add.reduceat(of_now.astype(np.int64), first), seen[places].astype(np.int64)
    crossed = places[(stay + came <= RARE) != (stay + every - came <= RARE)]
    seen[places] = np.minimum(stay + came, RARE + 1)
    marks, low = np.zeros(len(seen), np.bool_), np.zeros(min(len(seen), 1 << LOW_BITS), np.bool_)
    marks[crossed], low[crossed & np.uint32(len(low) - 1)] = True, True
    find_holders(texts.sampled(), marks, low, holders)
    return holders


def _room(shingles: int) -> Table:
    """Return an empty table with room for so many shingles."""
    return np.zeros(1 << bits_of(shingles + 1, SHINGLE_BITS), np.uint64)


def _table(shingles: Numbers) -> Table:
    """Return a table of shingles, each of which is there once."""
    table = _room(PLACES_EACH * len(shingles))
    number_shingles(shingles, table)
    return table


def _more(owners: Numbers, others: Numbers, places: int) -> Flags:
    """Return which places own a shingle more often than among others; a text may own one twice."""
    unlike = np.flatnonzero((owners != others).any(axis=1))
    mine, theirs = owners[unlike, :, None], others[unlike, None, :]
    often = (mine == mine.swapaxes(1, 2)).sum(axis=2) > (mine == theirs).sum(axis=2)
    found = np.zeros(places + 1, np.bool_)
    found[np.minimum(owners[unlike][often], places)] = True
    return found[:-1]


def _asked_again(
    texts: _Ordered,
    flags: tuple[Flags, Flags, Flags],
    known: tuple[Numbers, Numbers],
    limits: tuple[NDArray[np.uint8], float],
) -> Words:
    """Return the pairs of texts that ask for all owners, and those of others with places that gained.

    `flags` are which texts ask for all, which are the others, and the places; `known` shingles and their
    owners; `limits` the counts and the share of a sample that is enough.
    """
    (asks, others, gained), (shingles, owners) = flags, known
    few = np.append(gained, False)[np.minimum(owners, np.uint32(len(gained)))].sum(axis=1) > 0
    every = (_table(shingles), owners, np.ones(len(gained), np.bool_))
    some = (_table(shingles[few]), owners[few], gained)
    sides = ((asks, every), (others, some))
    return np.concatenate([_asked(texts, np.flatnonzero(who), listed, limits) for who, listed in sides])


def _asked(
    texts: _Ordered,
    asking: Ints,
    listed: tuple[Table, Numbers, Flags],
    limits: tuple[NDArray[np.uint8], float],
) -> Words:
    """Return the pairs of some texts with owners of shingles listed, whose places are wanted."""
    tally = (np.zeros(len(texts.order), np.int64), np.empty(len(texts.order), np.int64))
    told, (seen, share) = (asking, texts.place, texts.order), limits

    def run(first: int, pairs: Words) -> tuple[int, int]:
        done: tuple[int, int] = ask_again(texts.sampled(), told, listed, seen, tally, (first, share), pairs)
        return done

    return fill(run, len(asking), np.empty(FIRST_PAIRS, np.uint64))
