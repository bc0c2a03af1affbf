"""The examples that both sides read, as right-padded tensors."""

import json

import torch
from transformers import AutoModelForCausalLM

IGNORED = -100


def load(path):
    with open(path) as file:
        return json.load(file)


def batch(examples, step, size):
    """The examples of a step; past the last it begins again."""
    first = step * size % len(examples)
    return examples[first : first + size]


def padded(sequences, value, device="cpu"):
    longest = max(len(s) for s in sequences)
    return torch.tensor([s + [value] * (longest - len(s)) for s in sequences], device=device)


def inputs(prompts, responses, unlabelled=0, device="cpu"):
    """Ids, mask and labels of prompts with responses; of a response the first tokens may have no label."""
    ids = padded([p + r for p, r in zip(prompts, responses)], 0, device)
    mask = padded([[1] * (len(p) + len(r)) for p, r in zip(prompts, responses)], 0, device)
    if unlabelled == 0:
        unlabelled = [0] * len(prompts)
    labels = padded(
        [[IGNORED] * (len(p) + u) + r[u:] for p, r, u in zip(prompts, responses, unlabelled)], IGNORED, device
    )
    return ids, mask, labels


def model(folder, dtype=torch.float32, device="cpu"):
    return AutoModelForCausalLM.from_pretrained(
        folder, dtype=dtype, attn_pdrop=0.0, resid_pdrop=0.0, embd_pdrop=0.0
    ).to(device)


def gflop(config, rows, length, passes):
    """Matrix products of passes over rows, logits at every place, in 10^9 operations (see MatrixProducts.java).

    A pass forward and back counts as three passes. A block has 12 C^2 weights; attention sees half of a row.
    """
    blocks = 2 * 12 * config.n_layer * config.n_embd**2
    attention = 2 * config.n_layer * length * config.n_embd
    head = 2 * config.vocab_size * config.n_embd
    return passes * rows * length * (blocks + attention + head) / 1e9


def longest(rows, *responses):
    """Length of the longest prompt with one of these responses."""
    return max(len(r["prompt"]) + len(r[name]) for r in rows for name in responses)
