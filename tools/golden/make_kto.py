#!/usr/bin/env python3
"""Makes the golden numbers of KTO and GDPO-KTO that trainer-service is held against (GoldenLossTest).

    pip install torch==2.7.1 numpy
    python tools/golden/make_kto.py training-engine/src/test/resources/golden/kto.json.gz

Written from the formulas alone: Ethayarajh et al. 2024 (arXiv 2402.01306), equations 7 and 8, for KTO; Yao et
al. 2025 (arXiv 2412.20299) for calibration and belief imitation. Everything is computed in float64 on random
logits that are float32 numbers, response by response; gradients are autograd's, of the batch's mean loss.
"""

import gzip
import json
import math
import random
import sys

import torch

VOCABULARY = 13
BELIEFS = [1, 2, 3, 4, 5, 6]
CLOSE = 7
WORDS = [8, 9, 10, 11, 12]
IGNORED = -100
CASES = [
    # name, examples, beta, desirable_weight, undesirable_weight, calibration, imitation, preference, mean of r
    ("kto", 1, 0.1, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0),
    ("kto", 3, 0.1, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
    ("kto", 3, 0.5, 1.0, 1.33, 1.0, 1.0, 1.0, 3.0),
    ("kto", 4, 0.1, 0.7, 1.0, 1.0, 1.0, 1.0, -2.0),
    ("gdpo-kto", 1, 0.1, 1.0, 1.0, 1.0, 1.0, 1.0, 1.5),
    ("gdpo-kto", 3, 0.3, 1.0, 1.5, 0.5, 2.0, 3.0, 2.5),
    ("gdpo-kto", 4, 0.1, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0),
]


def float32(numbers: torch.Tensor) -> torch.Tensor:
    return numbers.to(torch.float32).to(torch.float64)


def pair(chooser: random.Random, under_belief: bool) -> tuple[list[int], list[int], list[int]]:
    """A prompt and two responses; the second under the first's belief or under one of its own."""
    prompt = chooser.choices(WORDS, k=chooser.randint(1, 3))
    belief = [chooser.choice(BELIEFS), *chooser.choices(WORDS, k=chooser.randint(1, 2)), CLOSE]
    other = belief if under_belief else [chooser.choice(BELIEFS), chooser.choice(WORDS), CLOSE]
    return prompt, belief + chooser.choices(WORDS, k=3), other + chooser.choices(WORDS, k=chooser.randint(1, 3))


def side(sequences: list[tuple[list[int], list[int]]], generator: torch.Generator) -> dict:
    """Prompts with responses, padded on the right, and two models' random logits for them."""
    width = max(len(prompt) + len(response) for prompt, response in sequences)
    padded = lambda numbers, filler: numbers + [filler] * (width - len(numbers))
    shape = (len(sequences), width, VOCABULARY)
    return {
        "input_ids": [padded(prompt + response, 0) for prompt, response in sequences],
        "labels": [padded([IGNORED] * len(prompt) + response, IGNORED) for prompt, response in sequences],
        "policy_logits": float32(2 * torch.randn(shape, generator=generator)).requires_grad_(),
        "reference_logits": float32(2 * torch.randn(shape, generator=generator)),
    }


def token_log_probs(logits: torch.Tensor, labels: list[int]) -> dict[int, torch.Tensor]:
    """log p of each labelled token of one sequence, by its place."""
    log_p = torch.log_softmax(logits, -1)
    return {t: log_p[t - 1, label] for t, label in enumerate(labels) if label != IGNORED}


def jensen_shannon_distance(p: list[float], q: list[float]) -> float:
    middle = [(a + b) / 2 for a, b in zip(p, q)]
    entropy = lambda a: sum(x * math.log(x / m) for x, m in zip(a, middle) if x > 0)
    return math.sqrt(max(0.0, (entropy(p) + entropy(q)) / 2))


def case(number: int, name, examples, beta, desirable, undesirable, calibrating, imitating, preferring, mean) -> dict:
    chooser, generator = random.Random(number), torch.Generator().manual_seed(number)
    gdpo = name == "gdpo-kto"
    pairs = [pair(chooser, gdpo) for _ in range(examples)]
    sides = {
        "chosen": side([(prompt, chosen) for prompt, chosen, _ in pairs], generator),
        "rejected": side([(prompt, rejected) for prompt, _, rejected in pairs], generator),
    }
    target = float32(torch.softmax(2 * torch.randn(examples, len(BELIEFS), generator=generator, dtype=torch.float64), -1))

    # The reference point: log pi - log ref of one mismatched response for each example of the batch.
    mismatched = [mean + chooser.gauss(0, 0.5) for _ in range(examples)]
    kl = max(0.0, sum(mismatched) / examples)

    preference, imitation, calibration, masses, distances = [], [], [], [], []
    log_probs = {f"{model}_{which}_logps": [] for model in ("policy", "reference") for which in sides}
    for i in range(examples):
        close = max(t for t, token in enumerate(sides["chosen"]["input_ids"][i]) if token == CLOSE)
        log_p = {}
        for which, content in sides.items():
            for model in ("policy", "reference"):
                tokens = token_log_probs(content[model + "_logits"][i], content["labels"][i])
                log_p[model, which] = sum(p for t, p in tokens.items() if not gdpo or t >= close)
                log_probs[f"{model}_{which}_logps"].append(log_p[model, which].item())
        r_chosen = log_p["policy", "chosen"] - log_p["reference", "chosen"]
        r_rejected = log_p["policy", "rejected"] - log_p["reference", "rejected"]
        # lambda_y - v(x, y), equations 7 and 8; the batch holds both responses, so an example's loss is their mean.
        loss_desirable = desirable - desirable * torch.sigmoid(beta * (r_chosen - kl))
        loss_undesirable = undesirable - undesirable * torch.sigmoid(beta * (kl - r_rejected))
        preference.append((loss_desirable + loss_undesirable) / 2)

        first = len(pairs[i][0])
        tokens = token_log_probs(sides["chosen"]["policy_logits"][i], sides["chosen"]["labels"][i])
        imitation.append(-torch.stack([p for t, p in tokens.items() if t < close]).mean())
        log_belief = torch.log_softmax(sides["chosen"]["policy_logits"][i, first - 1], -1)[BELIEFS]
        calibration.append((target[i] * (target[i].log() - log_belief)).sum())
        belief = log_belief.detach().exp()
        masses.append(belief.sum().item())
        distances.append(jensen_shannon_distance(target[i].tolist(), (belief / belief.sum()).tolist()))

    losses = torch.stack(preference)
    if gdpo:
        losses = preferring * losses + imitating * torch.stack(imitation) + calibrating * torch.stack(calibration).mean()
    losses.mean().backward()

    rewards = lambda which: [
        beta * (p - r) for p, r in zip(log_probs[f"policy_{which}_logps"], log_probs[f"reference_{which}_logps"])
    ]
    expected = {
        "losses": losses.tolist(),
        "loss": losses.mean().item(),
        "calibration": torch.stack(calibration).mean().item(),
        "jsd_mean": sum(distances) / examples,
        "belief_mass": masses,
        "belief_logps_mean": [-loss.item() for loss in imitation],
        "chosen_rewards": rewards("chosen"),
        "rejected_rewards": rewards("rejected"),
        **log_probs,
    }
    for which, content in sides.items():
        expected[f"grad_{which}_logits"] = content["policy_logits"].grad.tolist()
    return {
        "name": name, "beta": beta, "label_smoothing": 0.0, "reference_free": False,
        "desirable_weight": desirable, "undesirable_weight": undesirable,
        "calibration_weight": calibrating, "imitation_weight": imitating, "preference_weight": preferring,
        "mismatched_r": mismatched, "kl": kl,
        "belief_token_ids": BELIEFS, "belief_close_token_id": CLOSE, "probabilities": target.tolist(),
        **{
            which: {key: value.tolist() if torch.is_tensor(value) else value for key, value in content.items()}
            for which, content in sides.items()
        },
        "expected": expected,
    }


def rounded(value):
    """Nine significant digits: all that a float32 has."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [rounded(element) for element in value]
    if isinstance(value, dict):
        return {key: rounded(element) for key, element in value.items()}
    return value


def write(path: str, what: str, make, all_settings: list) -> None:
    """The cases that a script makes of its settings, as GoldenLossTest reads them."""
    torch.set_num_threads(1)
    cases = [rounded(make(number, *settings)) for number, settings in enumerate(all_settings)]
    about = f"{what}, PyTorch {torch.__version__})"
    text = json.dumps({"about": about, "cases": cases}, separators=(",", ":"))
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, 0) as packed:
        packed.write(text.encode("ascii"))


if __name__ == "__main__":
    write(sys.argv[1], "KTO and GDPO-KTO from their formulas, float64 (tools/golden/make_kto.py", case, CASES)
