#!/usr/bin/env python3
"""Loads model folders that Java saved into transformers, and compares logits with Java's.

    mvn -pl causal-lm -am test -Dtest=FamiliesTest -Dsurefire.failIfNoSpecifiedTests=false
    python tools/golden/check_saved.py causal-lm/target/saved/*

Each folder holds a saved model and logits.safetensors with `tokens` [B, T] and `logits` [B, T, V].
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

LARGEST_DIFFERENCE = 1e-4


def check(folder: Path) -> None:
    model, report = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    java = load_file(folder / "logits.safetensors")
    with torch.no_grad():
        logits = model.eval()(java["tokens"]).logits
    difference = (logits - java["logits"]).abs().max().item()
    unused = {kind: sorted(map(str, found)) for kind, found in report.items() if found}
    tokens = len(PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json")))
    print(f"{folder.name}: {type(model).__name__}, {unused or 'every weight was used'}, largest difference of logits "
          f"{difference:.2e} on {tuple(logits.shape)}, tokenizer of {tokens}")
    if unused or difference > LARGEST_DIFFERENCE:
        raise SystemExit(f"{folder} is not what Java saved")


def main(folders: list[Path]) -> None:
    if not folders:
        raise SystemExit(__doc__)
    for folder in folders:
        check(folder)


if __name__ == "__main__":
    main([Path(folder) for folder in sys.argv[1:]])
