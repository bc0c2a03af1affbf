#!/usr/bin/env python3
"""Makes the golden vectors for the cut-offs of sampling: which tokens Hugging Face transformers keeps by
top-k and top-p after a temperature, and with which probabilities.

    pip install -r tools/requirements.txt
    python tools/golden/make_sampling.py causal-lm/src/test/resources/io/gdpo/lm

Writes sampling.safetensors: logits [rows, vocabulary] and, for each case, probabilities of that shape.
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

CASES = {  # temperature, top-k (0: all), top-p (1: all)
    "plain": (1.0, 0, 1.0),
    "temperature": (0.7, 0, 1.0),
    "top_k_1": (1.0, 1, 1.0),
    "top_k_7": (1.3, 7, 1.0),
    "top_k_more_than_there_are": (1.0, 5000, 1.0),
    "top_p_tiny": (1.0, 0, 1e-6),
    "top_p_half": (1.0, 0, 0.5),
    "top_p_most": (1.0, 0, 0.95),
    "all_at_once": (1.5, 40, 0.8),
}


def main(folder: Path) -> None:
    generator = torch.Generator().manual_seed(7)
    # From nearly even, whose nucleus has hundreds of tokens, to peaked, whose has one.
    spread = torch.tensor([[0.1], [1.0], [3.0], [12.0]])
    logits = torch.randn(4, 389, generator=generator) * spread
    tensors = {"logits": logits}
    for name, (temperature, top_k, top_p) in CASES.items():
        scores = logits if temperature == 1 else TemperatureLogitsWarper(temperature)(None, logits)
        if top_k > 0:
            scores = TopKLogitsWarper(top_k)(None, scores)
        if top_p < 1:
            scores = TopPLogitsWarper(top_p)(None, scores)
        tensors[name] = torch.softmax(scores, -1)
    save_file(tensors, folder / "sampling.safetensors")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
