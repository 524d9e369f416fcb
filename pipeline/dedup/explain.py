"""Why two texts are, or are not, duplicates: the measures, the thresholds they met, the slots."""

from typing import Any

import numpy as np

from pipeline.config import DedupConfig
from pipeline.dedup import plain, rules
from pipeline.dedup.arrays import Texts
from pipeline.dedup.model import CorpusModel
from pipeline.dedup.slots import arrangement, slots_of
from pipeline.text.fold import key_units

THRESHOLDS = {
    "near": rules.NEAR,
    "sure": rules.SURE,
    "in_order": rules.IN_ORDER,
    "replaced": rules.REPLACED,
    "near_other": rules.NEAR_OTHER,
    "min_jaccard": rules.MIN_JACCARD,
    "held": rules.HELD,
    "longer": rules.LONGER,
    "shares": rules.SHARES,
}


def explain(
    left: str, right: str, model: CorpusModel | None = None, config: DedupConfig | None = None
) -> dict[str, Any]:
    """Return the evidence on two canonical texts, related or not, as plain values for JSON.

    `relation` and `accepted` are what `pairs` says; `sizes` count units that are no boilerplate, `units` all;
    `in_order` is the share 0..1 of what stands once in both that keeps its order, `replaced` the units of the
    longest passage for which another stands;
    `slots` lists recurring substitutions even where they make no template. Cost: 100 µs.

    >>> evidence = explain("应当按时上班，不得无故迟到早退" * 4, "應當按時上班。不得無故遲到早退" * 4)
    >>> evidence["relation"], evidence["accepted"], evidence["ratio"]
    ('exact', True, 100.0)
    """
    settings = config or DedupConfig()
    mask = model.mask() if model else None
    keys = [key_units(left), key_units(right)]
    length = np.array([len(k) for k in keys], dtype=np.int64)
    texts = Texts(np.concatenate(keys), np.cumsum(length) - length, length, np.arange(2))
    same = bool(length[0]) and bool(np.array_equal(keys[0], keys[1]))
    found = plain.measure(texts, mask, settings.min_chars)
    kind, jaccard, cover = rules.REJECTED, 0.0, (0.0, 0.0)
    if len(found.kind):
        kind, jaccard = int(found.kind[0]), float(found.jaccard[0])
        cover = (float(found.coverage_left[0]), float(found.coverage_right[0]))
    if same:
        kind, jaccard, cover = rules.EXACT, 1.0, (1.0, 1.0)
    sides = np.array([0]), np.array([1])
    one, other = (plain.unit_string(key) for key in keys)
    ordered, replaced = arrangement(one, other)
    return {
        "relation": rules.RELATION_OF[kind],
        "accepted": kind != rules.REJECTED,
        "merged": kind in (rules.EXACT, rules.EDITED),
        "reason": _reason(length, settings, kind, (*cover, jaccard)),
        "ratio": float(plain.ratios(texts, *sides)[0]) if length.any() else 0.0,
        "jaccard": jaccard,
        "coverage": list(cover),
        "in_order": ordered,
        "replaced": replaced,
        "units": length.tolist(),
        "sizes": [plain.size_of(key, mask) for key in keys],
        "slots": [{"left": s.left, "right": s.right, "n": s.n} for s in slots_of(one, other)],
        "thresholds": dict(THRESHOLDS),
        "rules": rules.RULES,
    }


def _reason(length: np.ndarray, config: DedupConfig, kind: int, measured: tuple[float, float, float]) -> str:
    if kind == rules.REJECTED and int(length.min()) < config.min_chars:
        return "too short to be judged but by equality"
    left, right, jaccard = (np.array([m]) for m in measured)
    return rules.REASON_OF[int(rules.reasons_of(np.array([kind]), (left, right), jaccard)[0])]
