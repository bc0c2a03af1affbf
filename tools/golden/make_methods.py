#!/usr/bin/env python3
"""Makes the golden numbers of the methods beside GDPO (GoldenLossTest): soft and geometric DPO, soft preference
learning, SimPO, ORPO, calibration alone, and the settings that every preference loss has.

    pip install torch==2.7.1 numpy
    python tools/golden/make_methods.py training-engine/src/test/resources/golden/methods.json.gz

Written from the papers' formulas (docs/reference/methods.md names them), in float64, response by response, on the random
logits of make_kto.py; Wasserstein distances are SciPy's where it is installed, which checks the sum written here.
"""

import random
import sys

import torch

from make_kto import BELIEFS, CLOSE, float32, jensen_shannon_distance, pair, side, token_log_probs, write

DEFAULTS = {
    "beta": 0.1, "label_smoothing": 0.0, "reference_free": False, "length_normalized": False, "sft_weight": 0.0,
    "reference_beta": 0.1, "target_margin": 0.5,
    "calibration_weight": 1.0, "imitation_weight": 1.0, "preference_weight": 1.0,
}
UNDER_BELIEF = {"belief-dpo", "gdpo", "calibration", "calibration-wasserstein"}
ONE_SIDED = {"calibration", "calibration-wasserstein"}
CASES = [
    ("soft-dpo", 4, {}),
    ("soft-dpo", 3, {"beta": 0.5, "length_normalized": True, "sft_weight": 0.3}),
    ("soft-dpo", 3, {"reference_free": True}),
    ("geometric-dpo", 4, {}),
    ("geometric-dpo", 3, {"beta": 0.7, "sft_weight": 1.0}),
    ("spl", 4, {"beta": 0.1, "reference_beta": 0.3}),
    ("spl", 3, {"beta": 1.0, "reference_beta": 0.0}),
    ("spl", 3, {"beta": 0.2, "reference_beta": 0.5, "length_normalized": True, "sft_weight": 0.5}),
    ("simpo", 4, {"beta": 2.0, "target_margin": 0.5}),
    ("simpo", 3, {"beta": 2.5, "target_margin": 1.4, "sft_weight": 0.1}),
    ("orpo", 4, {}),
    ("orpo", 3, {"beta": 0.5}),
    ("dpo", 3, {"sft_weight": 0.7, "label_smoothing": 0.1}),
    ("dpo", 3, {"beta": 5.0, "length_normalized": True}),
    ("ipo", 3, {"beta": 0.3, "length_normalized": True, "sft_weight": 0.2}),
    ("belief-dpo", 3, {"sft_weight": 0.5, "length_normalized": True}),
    ("gdpo", 3, {"sft_weight": 0.5, "calibration_weight": 0.5, "imitation_weight": 2.0, "preference_weight": 3.0}),
    ("calibration", 4, {}),
    ("calibration-wasserstein", 4, {}),
]


def wasserstein(group: torch.Tensor, policy: torch.Tensor) -> torch.Tensor:
    """Between two distributions over classes 0 to 5 as far as they have an opinion, 0 to 1."""
    group, policy = group[1:] / group[1:].sum(), policy[1:] / policy[1:].sum()
    try:
        from scipy.stats import wasserstein_distance

        places = list(range(1, 6))
        theirs = wasserstein_distance(places, places, group.tolist(), policy.tolist()) / 4
    except ImportError:
        theirs = None
    ours = sum((group[: k + 1].sum() - policy[: k + 1].sum()).abs() for k in range(4)) / 4
    assert theirs is None or abs(theirs - ours.item()) < 1e-12
    return ours


def preference(name: str, s: dict, logps: dict, tokens: dict, nll: torch.Tensor, q: float) -> torch.Tensor:
    """One pair's preference loss, without the SFT term."""
    normal = {key: value / tokens[key[1]] for key, value in logps.items()}
    used = normal if s["length_normalized"] else logps
    d = used["policy", "chosen"] - used["policy", "rejected"]
    d_ref = used["reference", "chosen"] - used["reference", "rejected"]
    h = d if s["reference_free"] else d - d_ref
    log_sigma = torch.nn.functional.logsigmoid
    beta = s["beta"]
    if name in ("dpo", "belief-dpo", "gdpo"):
        eps = s["label_smoothing"]
        return -(1 - eps) * log_sigma(beta * h) - eps * log_sigma(-beta * h)
    if name == "ipo":
        return (h - 1 / (2 * beta)) ** 2
    if name == "soft-dpo":
        return -(q * log_sigma(beta * h) + (1 - q) * log_sigma(-beta * h))
    if name == "geometric-dpo":
        return -log_sigma(beta * (2 * q - 1) * h)
    if name == "spl":
        return -log_sigma(beta * d - s["reference_beta"] * d_ref)
    means = {which: normal["policy", which] for which in ("chosen", "rejected")}
    if name == "simpo":
        return -log_sigma(beta * (means["chosen"] - means["rejected"]) - s["target_margin"])
    if name == "orpo":
        odds = {which: mean.exp() / (1 - mean.exp()) for which, mean in means.items()}
        return nll - beta * log_sigma((odds["chosen"] / odds["rejected"]).log())
    raise ValueError(name)


def case(number: int, name: str, examples: int, settings: dict) -> dict:
    s = DEFAULTS | settings
    chooser, generator = random.Random(1000 + number), torch.Generator().manual_seed(1000 + number)
    under_belief = name in UNDER_BELIEF
    pairs = [pair(chooser, under_belief) for _ in range(examples)]
    sides = {"chosen": side([(prompt, chosen) for prompt, chosen, _ in pairs], generator)}
    if name not in ONE_SIDED:
        sides["rejected"] = side([(prompt, rejected) for prompt, _, rejected in pairs], generator)
    target = float32(torch.softmax(2 * torch.randn(examples, len(BELIEFS), generator=generator, dtype=torch.float64), -1))
    shares = float32(torch.rand(examples, generator=generator, dtype=torch.float64))
    if name in ("soft-dpo", "geometric-dpo"):
        shares[0] = 1.0  # plain DPO

    losses, imitation, calibration, restricted_kl, masses, distances = [], [], [], [], [], []
    log_probs = {f"{model}_{which}_logps": [] for model in ("policy", "reference") for which in sides}
    for i in range(examples):
        close = max(t for t, token in enumerate(sides["chosen"]["input_ids"][i]) if token == CLOSE)
        logps, counted = {}, {}
        for which, content in sides.items():
            for model in ("policy", "reference"):
                each = token_log_probs(content[model + "_logits"][i], content["labels"][i])
                kept = [p for t, p in each.items() if not under_belief or t >= close]
                logps[model, which], counted[which] = sum(kept), len(kept)
                log_probs[f"{model}_{which}_logps"].append(logps[model, which].item())
        each = token_log_probs(sides["chosen"]["policy_logits"][i], sides["chosen"]["labels"][i])
        nll = -torch.stack(list(each.values())).mean()
        imitation.append(-torch.stack([p for t, p in each.items() if t < close]).mean())
        log_belief = torch.log_softmax(sides["chosen"]["policy_logits"][i, len(pairs[i][0]) - 1], -1)[BELIEFS]
        calibration.append((target[i] * (target[i].log() - log_belief)).sum())
        belief = log_belief.exp()
        policy = belief / belief.sum()
        masses.append(belief.sum().item())
        distances.append(jensen_shannon_distance(target[i].tolist(), policy.tolist()))
        if name == "calibration":
            losses.append((target[i] * (target[i].log() - policy.log())).sum())
        elif name == "calibration-wasserstein":
            losses.append(wasserstein(target[i], policy))
        else:
            losses.append(
                preference(name, s, logps, counted, nll, shares[i].item()) * (s["preference_weight"] if name == "gdpo" else 1)
                + s["sft_weight"] * nll
            )

    losses = torch.stack(losses)
    if name == "gdpo":
        losses = losses + s["imitation_weight"] * torch.stack(imitation) + s["calibration_weight"] * torch.stack(calibration).mean()
    losses.mean().backward()

    expected = {
        "losses": losses.tolist(),
        "loss": losses.mean().item(),
        "calibration": torch.stack(calibration).mean().item(),
        "jsd_mean": sum(distances) / examples,
        "belief_mass": masses,
        "belief_logps_mean": [-loss.item() for loss in imitation],
        **log_probs,
    }
    for which, content in sides.items():
        rewards = zip(log_probs[f"policy_{which}_logps"], log_probs[f"reference_{which}_logps"])
        expected[f"{which}_rewards"] = [s["beta"] * (p - r) for p, r in rewards]
        gradient = content["policy_logits"].grad
        expected[f"grad_{which}_logits"] = (torch.zeros_like(content["policy_logits"]) if gradient is None else gradient).tolist()
    return {
        "name": name, **s, "share": shares.tolist(),
        "belief_token_ids": BELIEFS, "belief_close_token_id": CLOSE, "probabilities": target.tolist(),
        **{
            which: {key: value.tolist() if torch.is_tensor(value) else value for key, value in content.items()}
            for which, content in sides.items()
        },
        "expected": expected,
    }


if __name__ == "__main__":
    write(sys.argv[1], "the methods beside GDPO from their formulas, float64 (tools/golden/make_methods.py", case, CASES)
