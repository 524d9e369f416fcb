"""Kernels: pairs of texts worth measuring, from bands of the signatures and from postings of the samples."""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np

from pipeline.dedup.compiled import kernel

ROWS = 3
BANDS = 85  # 85 × 3 rows: Jaccard .5 is found with 1 - 4e-5, .3 with .90, .2 with .49
LIKELY = 41  # of 256 bins equal: an estimate of .16 (facts §6: .16-.18)
CHAIN = 32  # texts looked at in one band; more is a hot band
POSTINGS = 4  # texts kept for a sampled shingle, the longest ones
RARE = POSTINGS + 1  # texts that have a shingle: one asks, the others are all kept
VOTES = 0.3  # share of a text's sample that a longer one must have
RARE_VOTES = 0.6  # or of its rare shingles: those of so few texts that the postings keep every longer one
FEW_TEXTS = (
    2048  # up to here every shingle is in the sample and every text in the postings: all pairs are found
)
FEW_VOTES = 0.1  # then; a pair that covers less of the shorter text is never accepted (tests/dedup)
ALSO_RARE = 1 << 32
MIX = 0x9E3779B97F4A7C15


@kernel
def grown(array):
    """Return a copy of twice the room."""
    larger = np.empty(2 * len(array), dtype=array.dtype)
    larger[: len(array)] = array
    return larger


@kernel
def agreement(a, b):
    """Count the equal bytes of two signatures."""
    same = 0
    for i in range(len(a)):
        same += np.int32(a[i] == b[i])
    return same


@kernel
def met_before(a, b, band):
    """Tell whether two signatures share a band before `band`."""
    for k in range(0, band * ROWS, ROWS):
        if a[k] == b[k] and a[k + 1] == b[k + 1] and a[k + 2] == b[k + 2]:
            return True
    return False


@kernel
def pairs_of_bands(signatures, judged, bands):
    """Return the pairs (lower << 32 | upper) that first meet in `bands` (from, to), and the hot meetings.

    Texts stand in the order of a hash: the last `CHAIN` of a band are a fair draw. `judged` are indices.
    """
    found = np.empty(1 << 16, dtype=np.uint64)
    n, hot = 0, 0
    bits = 12
    while (1 << bits) < 4 * len(judged) and bits < 24:
        bits += 1
    before = np.empty(len(signatures), dtype=np.int32)
    for band in range(bands[0], bands[1]):
        heads = np.full(1 << bits, -1, dtype=np.int32)
        k = band * ROWS
        for t in judged:
            s = signatures[t]
            key = (
                (np.uint64(s[k]) << np.uint64(16))
                | (np.uint64(s[k + 1]) << np.uint64(8))
                | np.uint64(s[k + 2])
            )
            place = (key * np.uint64(MIX)) >> np.uint64(64 - bits)
            e, steps = heads[place], 0
            while e >= 0 and steps < CHAIN:
                o = signatures[e]
                if o[k] == s[k] and o[k + 1] == s[k + 1] and o[k + 2] == s[k + 2]:
                    steps += 1
                    if agreement(o, s) >= LIKELY and not met_before(o, s, band):
                        if n == len(found):
                            found = grown(found)
                        found[n] = (np.uint64(e) << np.uint64(32)) | np.uint64(t)
                        n += 1
                e = before[e]
            hot += np.int64(steps == CHAIN)
            before[t] = heads[place]
            heads[place] = t
    return found[:n].copy(), hot


@kernel
def count_samples(samples, bits):
    """Count each sampled shingle up to one more than is rare, by the low `bits` of its hash."""
    seen = np.zeros(1 << bits, dtype=np.uint8)
    mask = np.uint32((1 << bits) - 1)
    for s in samples:
        if seen[s & mask] <= RARE:
            seen[s & mask] += 1
    return seen


@kernel
def vote(held, place, s, tally):
    """Give a vote to each text that holds shingle `s`; return how many do, and how many have votes.

    A vote is `worth` 1, that of a rare shingle `ALSO_RARE` more: two counts in one number.
    """
    entry, before = held
    votes, touched, text, hits, worth = tally
    e, steps = place, 0
    while e >= 0:
        if entry[e] >> np.uint64(32) == s:
            steps += 1
            o = np.int64(entry[e] & np.uint64(0xFFFFFFFF))
            if o != text:
                if votes[o] == 0:
                    touched[hits] = o
                    hits += 1
                votes[o] += worth
        e = before[e]
    return steps, hits


@kernel
def enough(votes, asked, share, thin):
    """Tell whether votes (`vote`) make a pair; `asked` are the shingles of the sample, and the rare of them.

    One vote is none: passages of the trade recur. Of a thin text the sample has no more.
    """
    rare, all_votes = votes >> 32, votes & 0xFFFFFFFF
    if all_votes < 2 and not thin:
        return False
    return all_votes >= share * asked[0] or (rare > 0 and rare >= RARE_VOTES * asked[1])


@kernel
def posted(samples, seen):
    """Return the most entries that the postings can have, and the bits of their table."""
    mask, kept, bits = np.uint32(len(seen) - 1), 1 << 10, 12
    for s in samples:
        kept += np.int64(seen[s & mask] >= 2)
    while (1 << bits) < kept:
        bits += 1
    return kept, bits


@kernel
def pairs_of_samples(sampled, order, seen, limits):
    """Return the pairs (text, longer text) of which the first has enough of its sample in the second.

    `sampled` are samples, their starts, and which texts are thin; `limits` the texts kept for a shingle and
    the share of a sample that is enough; `order` are texts, longest first: what stands in the postings is at
    least as long.
    """
    samples, starts, thin = sampled
    found = np.empty(1 << 16, dtype=np.uint64)
    mask = np.uint32(len(seen) - 1)
    kept, bits = posted(samples, seen)
    heads = np.full(1 << bits, -1, dtype=np.int32)
    entry, before = np.empty(kept, np.uint64), np.empty(kept, np.int32)  # shingle << 32 | owner
    votes, touched = np.zeros(len(starts), dtype=np.int64), np.empty(len(starts), dtype=np.int32)
    n, at = 0, 0
    for t in order:
        rare, hits = 0, 0
        for i in range(starts[t], starts[t + 1]):
            s = samples[i]
            common = seen[s & mask]
            rare += np.int64(common <= RARE)
            if common < 2:
                continue
            place = (np.uint64(s) * np.uint64(MIX)) >> np.uint64(64 - bits)
            worth = 1 + ALSO_RARE * np.int64(common <= RARE)
            steps, hits = vote((entry, before), heads[place], s, (votes, touched, t, hits, worth))
            if steps < limits[0]:
                entry[at] = (np.uint64(s) << np.uint64(32)) | np.uint64(t)
                before[at] = heads[place]
                heads[place] = at
                at += 1
        asked = (starts[t + 1] - starts[t], rare)
        for k in range(hits):
            o = touched[k]
            if enough(votes[o], asked, limits[1], thin[t]):
                if n == len(found):
                    found = grown(found)
                low, high = min(o, t), max(o, t)
                found[n] = (np.uint64(low) << np.uint64(32)) | np.uint64(high)
                n += 1
            votes[o] = 0
    return found[:n].copy()
