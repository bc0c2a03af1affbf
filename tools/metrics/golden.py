"""Writes the values that SciPy and rouge_score give for evaluator-service's metrics.

    python -m venv .venv && .venv/bin/pip install -r tools/metrics/requirements.txt
    .venv/bin/python tools/metrics/golden.py > evaluation-engine/src/test/resources/golden/metrics.json
"""

import json

import numpy as np
from rouge_score import rouge_scorer
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy, multinomial, wasserstein_distance

rng = np.random.default_rng(20250101)


def jsd_cases():
    pairs = [
        ([1, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0]),
        ([0.25, 0.25, 0.5, 0, 0, 0], [0.25, 0.25, 0.5, 0, 0, 0]),
        ([0.03, 0.13, 0.14, 0.56, 0.14, 0], [1 / 6] * 6),
    ]
    for concentration in (0.2, 1.0, 5.0):
        pairs += [(rng.dirichlet([concentration] * 6).tolist(), rng.dirichlet([concentration] * 6).tolist())
                  for _ in range(4)]
    return [{"p": p, "q": q, "jsd": float(jensenshannon(p, q)), **distances(np.array(p), np.array(q))} for p, q in pairs]


def distances(p, q):
    """The other distances, and p's entropy; null is infinite, or, where class 0 is all there is, without an order."""
    kl = entropy(p, q)
    ordered = (None if p[0] == 1 or q[0] == 1 else
               wasserstein_distance(range(1, 6), range(1, 6), p[1:] / p[1:].sum(), q[1:] / q[1:].sum()) / 4)
    return {
        "jsd_bits": float(jensenshannon(p, q, 2) ** 2),
        "wasserstein": ordered if ordered is None else float(ordered),
        "total_variation": float(np.abs(p - q).sum() / 2),
        "class_error": float(np.abs(p - q).mean()),
        "kl": float(kl) if np.isfinite(kl) else None,
        "entropy_group": float(entropy(p)),
    }


def compositions(n, k):
    if k == 1:
        yield (n,)
        return
    for first in range(n + 1):
        for rest in compositions(n - first, k - 1):
            yield (first, *rest)


def noise_floor_cases():
    """The exact expectation over every histogram that n samples can have."""
    cases = []
    for p, n in [([0.5, 0.5, 0, 0, 0, 0], 4), ([0.03, 0.13, 0.14, 0.56, 0.14, 0], 8),
                 ([0.1, 0.1, 0.2, 0.2, 0.3, 0.1], 8), ([0, 0.05, 0, 0.95, 0, 0], 16)]:
        expected = sum(multinomial.pmf(c, n, p) * jensenshannon(p, np.array(c) / n)
                       for c in compositions(n, len(p)) if all(x == 0 or q > 0 for x, q in zip(c, p)))
        cases.append({"p": p, "samples": n, "expected": float(expected)})
    return cases


def rouge_cases():
    scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
    pairs = [
        ("I think it is a good idea.", "I think it is a bad idea."),
        ("Honestly, I'm all for it!", "honestly i m all for it"),
        ("No.", "Yes, of course."),
        ("the cat sat on the mat", "on the mat the cat sat"),
        ("", "something"),
    ]
    return [{"candidate": c, "reference": r, "f1": scorer.score(r, c)["rougeL"].fmeasure} for c, r in pairs]


print(json.dumps({"jensen_shannon": jsd_cases(), "noise_floor": noise_floor_cases(), "rouge_l": rouge_cases()}, indent=1))
