"""The Python way to take in a dataset of opinions: `datasets` reads it, a loop over its rows checks, renders and groups
them as the reference implementation's loader does, counts what a card tells, and `datasets` writes it as Parquet.

    python dataset_build.py SOURCE TARGET

SOURCE holds train.jsonl, eval.jsonl and test.jsonl; TARGET must not exist. Prints one JSON object: seconds by part, the
memory at most, and of each split what was counted. Seconds begin when this file does, the import of `datasets` included.
"""

import time

begin = time.perf_counter()

import collections  # noqa: E402
import json  # noqa: E402
import math  # noqa: E402
import os  # noqa: E402
import re  # noqa: E402
import resource  # noqa: E402
import sys  # noqa: E402

import datasets  # noqa: E402

CLASSES = 6
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
SPLITS = ("train", "eval", "test")


def check(row):
    for side in ("accept", "reject"):
        if not 0 <= row[f"{side}_choice_id"] < CLASSES or row[f"{side}_choice"] not in row["options"]:
            raise ValueError(f"no class, or no option: {row}")
    shares = row["probabilities"]
    if len(shares) != CLASSES or min(shares) < 0 or not math.isclose(sum(shares), 1, abs_tol=1e-6):
        raise ValueError(f"no distribution: {row}")
    if row["accept_response"] == row["reject_response"] and row["accept_choice_id"] == row["reject_choice_id"]:
        raise ValueError(f"nothing to prefer: {row}")
    if any(CONTROL.search(row[text]) for text in ("prompt", "context", "accept_response", "reject_response")):
        raise ValueError(f"control characters: {row}")


def loop(rows):
    grouped = collections.defaultdict(lambda: collections.defaultdict(list))
    distributions = {}
    accepted, majority = [0] * CLASSES, 0
    for row in rows:
        check(row)
        if distributions.setdefault(row["question_id"], row["probabilities"]) != row["probabilities"]:
            raise ValueError(f"two distributions: {row}")
        accepted[row["accept_choice_id"]] += 1
        majority += row["probabilities"].index(max(row["probabilities"])) == row["accept_choice_id"]
        prompt = f"{row['context']}<Q>{row['prompt']}<A>"
        chosen = f"{row['accept_choice_id']}<{row['accept_choice']}>{row['accept_response']}"
        rejected = f"{row['reject_choice_id']}<{row['reject_choice']}>{row['reject_response']}"
        conditioned = f"{row['accept_choice_id']}<{row['accept_choice']}>{row['reject_response']}"
        data = grouped[prompt]
        first = len(data["responses"])
        data["pairs"].append((first, first + 1))
        data["responses"].extend([chosen, rejected])
        data["conditioned"].append(conditioned)
        data["sft_target"] = chosen
        data["probabilities"] = row["probabilities"]
    return {
        "examples": sum(accepted), "questions": len(distributions), "prompts": len(grouped),
        "accepted": accepted, "of_majority": majority,
    }


def main(source, target):
    datasets.disable_progress_bars()
    os.makedirs(target)
    imported = time.perf_counter()
    files = {split: os.path.join(source, split + ".jsonl") for split in SPLITS}
    rows = datasets.load_dataset("json", data_files=files, cache_dir=os.path.join(target, "cache"))
    loaded = time.perf_counter()
    splits = {split: loop(rows[split]) for split in SPLITS}
    looped = time.perf_counter()
    for split in SPLITS:
        rows[split].to_parquet(os.path.join(target, split + ".parquet"))
    end = time.perf_counter()
    print(json.dumps({
        "seconds": end - begin,
        "parts": {"import": imported - begin, "load": loaded - imported, "loop": looped - loaded, "write": end - looped},
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "splits": splits,
    }))


if __name__ == "__main__":
    main(*sys.argv[1:])
