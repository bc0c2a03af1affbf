#!/usr/bin/env python3
"""Loads models that Java saved into transformers, adapters into PEFT, and compares logits with Java's.

    mvn -pl causal-lm -am test -Dtest='FamiliesTest,ModelExportTest' -Dsurefire.failIfNoSpecifiedTests=false
    python tools/golden/check_saved.py causal-lm/target/saved/* causal-lm/target/exported/*/{whole,joined}

Each folder holds a saved model, or an adapter, and logits.safetensors with `tokens` [B, T] and `logits` [B, T, V].
"""

import sys
from pathlib import Path

import torch
from peft import PeftConfig, PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

LARGEST_DIFFERENCE = 1e-4


def load(folder: Path):
    """The model, and what of its weights did not fit, by kind."""
    if not (folder / "adapter_config.json").exists():
        model, report = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
        return model, report
    base = AutoModelForCausalLM.from_pretrained(
        PeftConfig.from_pretrained(folder).base_model_name_or_path, dtype=torch.float32
    )
    model = PeftModel.from_pretrained(base, folder)
    expected = {name.replace(".default", "") for name, _ in model.named_parameters() if "lora_" in name}
    saved = set(load_file(folder / "adapter_model.safetensors"))
    return model, {"missing": expected - saved, "unexpected": saved - expected}


def check(folder: Path) -> None:
    model, report = load(folder)
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
