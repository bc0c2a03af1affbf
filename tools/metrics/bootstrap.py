"""Writes intervals that scipy.stats.bootstrap gives, with the questions that it drew, for evaluator-service.

    .venv/bin/python tools/metrics/bootstrap.py > evaluator-service/src/test/resources/golden/bootstrap.json
"""

import json

import numpy as np
from scipy.stats import bootstrap

cases = []
for seed, (questions, draws) in enumerate([(2, 40), (7, 60), (12, 101)]):
    values = np.random.default_rng(100 + seed).beta(2, 5, questions)
    interval = bootstrap(
        (values,), np.mean, n_resamples=draws, method="percentile", rng=np.random.default_rng(seed)
    ).confidence_interval
    # The draws that SciPy makes of that generator: the same interval comes of them.
    drawn = np.random.default_rng(seed).integers(0, questions, (draws, questions))
    assert np.allclose(np.percentile(values[drawn].mean(-1), [2.5, 97.5]), interval, rtol=0, atol=1e-15)
    cases.append({
        "values": values.tolist(), "draws": draws, "drawn": drawn.ravel().tolist(),
        "low": float(interval.low), "high": float(interval.high),
    })
exact = np.random.default_rng(5).beta(2, 5, 40)
many = bootstrap((exact,), np.mean, n_resamples=200_000, method="percentile", rng=np.random.default_rng(9)).confidence_interval
print(json.dumps({"cases": cases, "many": {"values": exact.tolist(), "low": float(many.low), "high": float(many.high)}}))
