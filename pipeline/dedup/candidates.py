"""Kernels: pairs of texts worth measuring, from bands of the signatures and from postings of the samples."""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np

from pipeline.compiled import kernel, part
from pipeline.dedup.arrays import MIX
from pipeline.dedup.sketch import BINS, shift_of

ROWS = 3  # of `parameters`, where bands, the estimate and votes are derived; tests compare
CHAIN = 32  # texts looked at in one band; more is a hot band
AHEAD, LINE = 64, 64  # meetings that are looked at together; bytes of a cache line
POSTINGS = 4  # texts kept for a sampled shingle, the longest ones
RARE = POSTINGS + 1  # texts that have a shingle: one asks, the others are all kept
RARE_VOTES = 0.6  # or of its rare shingles: those of so few texts that the postings keep every longer one
FEW_TEXTS = (
    2048  # up to here every shingle is in the sample and every text in the postings: all pairs are found
)
FEW_VOTES = 0.1  # then; a pair that covers less of the shorter text is never accepted (tests/dedup)
ALSO_RARE = 1 << 32  # what a vote of a rare shingle is worth more: two counts in one number
DIGIT = 8  # bits; a band's key of 24 is sorted by the highest, and each part, a few KB, by the others then
TOGETHER = LINE // ROWS  # bands whose bins lie in one cache line: their keys are read together
KEY, CHAINED, OWNERS = 0, 1, 2  # columns of a block: shingle, next block of the bucket, four owners
COLUMNS = OWNERS + POSTINGS
NOBODY = 0xFFFFFFFF


@part
def agreement(signatures, a, b):
    """Count the equal bytes of two signatures."""
    same = 0
    for i in range(signatures.shape[1]):
        same += np.int32(signatures[a, i] == signatures[b, i])
    return same


@part
def key_of(signatures, t, k):
    """Return the three bins of a band, which begins at bin `k`, as 24 bits."""
    high = (np.uint64(signatures[t, k]) << np.uint64(16)) | (np.uint64(signatures[t, k + 1]) << np.uint64(8))
    return high | np.uint64(signatures[t, k + 2])


@part
def met_before(signatures, a, b, band):
    """Tell whether two signatures share a band before `band`."""
    for k in range(0, band * ROWS, ROWS):
        if (
            signatures[a, k] == signatures[b, k]
            and signatures[a, k + 1] == signatures[b, k + 1]
            and signatures[a, k + 2] == signatures[b, k + 2]
        ):
            return True
    return False


@part
def sort_by_digit(source, target, shift, counts):
    """Sort words by some bits from `shift` on, equal ones in their order.

    `counts` is one longer than there are digits, a power of two, and has then where each digit ends.
    """
    mask = np.uint64(len(counts) - 2)
    for k in range(len(counts)):
        counts[k] = 0
    for word in source:
        counts[((word >> shift) & mask) + np.uint64(1)] += 1
    for k in range(1, len(counts)):
        counts[k] += counts[k - 1]
    for word in source:
        digit = (word >> shift) & mask
        target[counts[digit]] = word
        counts[digit] += 1


@kernel
def write_keys(signatures, judged, band, keys):
    """Write the keys of bands from `band` on, one row of `keys` a band."""
    for i in range(len(judged)):
        t = judged[i]
        for k in range(len(keys)):
            keys[k, i] = key_of(signatures, t, (band + k) * ROWS)


@part
def sort_words(count, room):
    """Write so many words of the first array of the room to the second one, in order of their keys (<< 32).

    Words of one key stay in their order. Both are used up; then there are two rooms of counts of digits.
    """
    words, ordered, counts, inner = room[0][:count], room[1][:count], room[2], room[3]
    sort_by_digit(words, ordered, np.uint64(32 + 2 * DIGIT), counts)
    start = 0
    for k in range(1 << DIGIT):
        end = counts[k]
        if end - start > 1:
            sort_by_digit(ordered[start:end], words[start:end], np.uint64(32), inner)
            sort_by_digit(words[start:end], ordered[start:end], np.uint64(32 + DIGIT), inner)
        start = end


@part
def sort_keys(keys, judged, room):
    """Write the texts to the second array of the room in the order of their keys (<< 32)."""
    for i in range(len(judged)):
        room[0][i] = (np.uint64(keys[i]) << np.uint64(32)) | np.uint64(judged[i])
    sort_words(len(judged), room)


@part
def touch(signatures, meetings, count):
    """Read one byte of each cache line of signatures, so that they are at hand when it is their turn."""
    read, low = np.uint64(0), np.uint64(NOBODY)
    for m in range(count):
        one, other = meetings[np.uint64(m)] >> np.uint64(32), meetings[np.uint64(m)] & low
        for k in range(0, BINS, LINE):
            read += np.uint64(signatures[one, np.uint64(k)]) + np.uint64(signatures[other, np.uint64(k)])
    meetings[count] = read


@part
def keep_new(signatures, meetings, count, band, likely):
    """Leave of some meetings the pairs that are new and agree in `likely` bins; return how many.

    No pair waits for the memory of the one before. Bins are counted first: that takes a few instructions, and
    most pairs of a full band agree in few; the bands before are looked through one by one.
    """
    low, n = np.uint64(NOBODY), 0
    touch(signatures, meetings, count)
    for m in range(count):
        pair = meetings[np.uint64(m)]
        one, other = pair >> np.uint64(32), pair & low
        if agreement(signatures, one, other) >= likely and not met_before(signatures, one, other, band):
            meetings[n] = pair
            n += 1
    return n


@kernel
def pairs_of_band(signatures, keys, judged, band, likely, room, found):
    """Write the pairs (lower << 32 | upper) that first meet in a band; return how many, and the hot meetings.

    `keys` are those of the texts in this band. Pairs that do not fit in `found` are counted all the same.
    Texts stand in the order of a hash: the last `CHAIN` of a band are a fair draw; `likely` are the bins in
    which a pair must agree. `room` are two arrays of words, one a text, two of counts of digits, and `AHEAD`
    meetings, the chain of one more and a word.
    """
    ordered, meetings = room[1], room[4]
    sort_keys(keys, judged, room)
    start, n, hot, met, low = 0, 0, 0, 0, np.uint64(NOBODY)
    for i in range(1, len(judged) + 1):
        if i < len(judged) and ordered[i] >> np.uint64(32) == ordered[start] >> np.uint64(32):
            hot += np.int64(i - start >= CHAIN)
            for j in range(max(start, i - CHAIN), i):
                meetings[met] = (ordered[j] << np.uint64(32)) | (ordered[i] & low)
                met += 1
        else:
            start = i
        if met >= AHEAD or i == len(judged):
            met = keep_new(signatures, meetings, met, band, likely)
            for m in range(min(met, len(found) - n)):
                found[n + m] = meetings[m]
            n, met = n + met, 0
    return n, hot


@kernel
def count_samples(samples, seen):
    """Count each sampled shingle up to one more than is rare; return how many are of two texts or more.

    `seen` are counts by the low bits of the hash.
    """
    mask, kept = np.uint32(len(seen) - 1), 0
    for s in samples:
        if seen[s & mask] <= RARE:
            seen[s & mask] += 1
    for s in samples:
        kept += np.int64(seen[s & mask] >= 2)
    return kept


@part
def visit(postings, place, s, mine, limit, tally):
    """Give a vote, `worth` 1 or more, to each text that holds `s`; return how many texts have votes.

    Then `mine` is put down as one more, where fewer than `limit` hold it.
    """
    heads, blocks, used = postings
    votes, touched, hits, worth = tally
    b, steps, free = np.int64(heads[place]), 0, np.int64(-1)
    while b >= 0:
        if blocks[b, KEY] == s:
            for k in range(OWNERS, OWNERS + POSTINGS):
                if blocks[b, k] == NOBODY:
                    free = b
                    break
                o, steps = np.int64(blocks[b, k]), steps + 1
                if worth and o != mine:
                    if votes[o] == 0:
                        touched[hits] = o
                        hits += 1
                    votes[o] += worth
        b = np.int64(blocks[b, CHAINED]) - 1
    if steps < limit:
        if free < 0:
            free = used[0]
            used[0] += 1
            blocks[free, KEY], blocks[free, CHAINED] = s, heads[place] + 1
            for k in range(OWNERS, OWNERS + POSTINGS):
                blocks[free, k] = NOBODY
            heads[place] = free
        for k in range(OWNERS, OWNERS + POSTINGS):
            if blocks[free, k] == NOBODY:
                blocks[free, k] = mine
                break
    return hits


@part
def enough(votes, asked, rare, share, thin):
    """Tell whether votes (`visit`) make a pair; `asked` are the shingles of the sample, `rare` are of them.

    One vote is none: passages of the trade recur. Of a thin text the sample has no more.
    """
    of_rare, of_all = votes >> 32, votes & 0xFFFFFFFF
    if of_all < 2 and not thin:
        return False
    return of_all >= share * asked or (of_rare > 0 and of_rare >= RARE_VOTES * rare)


@part
def draw(samples, span, seen, words):
    """Write a sample's shingles that two texts or more may have; return how many, and how many are rare.

    Bit 32 says that one is rare. No step waits for the one before: the memory's delays overlap.
    """
    mask, n, rare = np.uint32(len(seen) - 1), 0, 0
    for i in range(span[0], span[1]):
        s = samples[np.uint64(i)]
        common = seen[s & mask]
        is_rare = np.int64(common <= RARE)
        words[np.uint64(n)] = np.uint64(s) | (np.uint64(is_rare) << np.uint64(32))
        n += np.int64(common >= 2)
        rare += is_rare
    return n, rare


@part
def fetch(postings, words, drawn, shift):
    """Read the postings of a sample once, so that they are at hand when it is their turn."""
    heads, blocks, _ = postings
    read = np.uint64(0)
    for k in range(drawn):
        b = heads[((words[k] & np.uint64(NOBODY)) * np.uint64(MIX)) >> shift]
        if b >= 0:
            read += np.uint64(blocks[b, KEY])
    words[drawn] = read


@kernel
def put_down(sampled, order, seen, postings, words, limit):
    """Put texts down under the shingles of their samples, longest first, `limit` for a shingle.

    `order` are texts; `words` are room for a sample and one more.
    """
    samples, starts, _ = sampled
    shift, nobody = shift_of(len(postings[0])), (starts, starts, 0, 0)
    for at in range(len(order)):
        t = order[at]
        drawn, _ = draw(samples, (starts[t], starts[t + 1]), seen, words)
        fetch(postings, words, drawn, shift)
        for k in range(drawn):
            s = np.uint32(words[k] & np.uint64(NOBODY))
            visit(postings, (np.uint64(s) * np.uint64(MIX)) >> shift, s, at, limit, nobody)


@kernel
def pairs_of_samples(sampled, order, seen, postings, tally, limits, found):
    """Write the pairs (lower << 32 | upper) of a text and a longer one that has enough of its sample.

    `order` are texts, longest first, of which those of `limits[2:]` ask and are put down, behind all before
    them: what stands in the postings is at least as long. `limits` begins with the texts kept for a shingle
    and the share of a sample that is enough. `sampled` are samples, their starts, and which texts are thin;
    `tally` are votes (all 0), room for texts, and for a sample and one more. Returns how many asked and how
    many pairs there are: it ends early where those of the next might not fit.
    """
    samples, starts, thin = sampled
    votes, touched, words = tally
    shift, n = shift_of(len(postings[0])), 0
    for at in range(limits[2], limits[3]):
        t, hits = order[at], 0
        asked = starts[t + 1] - starts[t]
        if n + min(at, limits[0] * asked) > len(found):
            return at - limits[2], n
        drawn, rare = draw(samples, (starts[t], starts[t + 1]), seen, words)
        fetch(postings, words, drawn, shift)
        for k in range(drawn):
            s = np.uint32(words[k] & np.uint64(NOBODY))
            worth = 1 + ALSO_RARE * np.int64(words[k] >> np.uint64(32))
            place = (np.uint64(s) * np.uint64(MIX)) >> shift
            hits = visit(postings, place, s, at, limits[0], (votes, touched, hits, worth))
        for k in range(hits):
            o = touched[k]
            if enough(votes[o], asked, rare, limits[1], thin[t]):
                low, high = min(order[o], t), max(order[o], t)
                found[n] = (np.uint64(low) << np.uint64(32)) | np.uint64(high)
                n += 1
            votes[o] = 0
    return limits[3] - limits[2], n
