#!/usr/bin/env python3
"""Loads a model folder that Java saved into transformers, and compares logits with Java's.

    python tools/golden/check_saved.py FOLDER

FOLDER holds a saved model and logits.safetensors with `tokens` [B, T] and `logits` [B, T, V].
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer, GPT2LMHeadModel


def main(folder: Path) -> None:
    model, report = GPT2LMHeadModel.from_pretrained(folder, output_loading_info=True)
    java = load_file(folder / "logits.safetensors")
    with torch.no_grad():
        logits = model.eval()(java["tokens"]).logits
    difference = (logits - java["logits"]).abs().max().item()
    print({kind: sorted(map(str, found)) for kind, found in report.items() if found} or "every weight was used")
    print(f"largest difference of logits {difference:.2e} on {tuple(logits.shape)}")
    print("tokenizer:", len(AutoTokenizer.from_pretrained(folder)), "tokens")
    if difference > 1e-4:
        raise SystemExit("the logits differ")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
