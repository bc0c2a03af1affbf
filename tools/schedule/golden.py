"""Writes the learning rates of transformers' schedules, as the oracle of LearningRateScheduleTest.

    python -m venv .venv && .venv/bin/pip install -r tools/schedule/requirements.txt
    .venv/bin/python tools/schedule/golden.py training-engine/src/test/resources/golden/schedules.json

transformers counts steps from 0, ours from 1: our step s is its current_step s, and a run without warm-up is its run
with one step of it (the step 0, which ours does not make).
"""

import json
import sys

import torch
import transformers
from transformers.optimization import (
    get_constant_schedule_with_warmup,
    get_cosine_schedule_with_warmup,
    get_cosine_with_min_lr_schedule_with_warmup,
    get_linear_schedule_with_warmup,
)

PEAK = 2e-3


def rates(make, steps):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=PEAK)
    scheduler = make(optimizer)
    found = []
    for _ in range(steps):
        optimizer.step()
        scheduler.step()
        found.append(scheduler.get_last_lr()[0])
    return found


def case(schedule, warmup, steps, ratio, make):
    return {
        "schedule": schedule,
        "peak": PEAK,
        "warmup_steps": warmup,
        "total_steps": steps,
        "final_learning_rate_ratio": ratio,
        "rates": rates(make, steps),
    }


if __name__ == "__main__":
    cases = []
    for warmup, steps in [(10, 40), (1, 7), (0, 7)]:
        w = max(1, warmup)
        cases.append(case("linear", warmup, steps, 0.0, lambda o: get_linear_schedule_with_warmup(o, w, steps)))
        cases.append(case("constant", warmup, steps, 0.3, lambda o: get_constant_schedule_with_warmup(o, w)))
        cases.append(case("cosine", warmup, steps, 0.0, lambda o: get_cosine_schedule_with_warmup(o, w, steps)))
        floor = lambda o: get_cosine_with_min_lr_schedule_with_warmup(o, w, steps, min_lr_rate=0.1)  # noqa: E731
        cases.append(case("cosine", warmup, steps, 0.1, floor))
    golden = {
        "about": f"transformers {transformers.__version__}, made by tools/schedule/golden.py",
        "cases": cases,
    }
    with open(sys.argv[1], "w") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")
