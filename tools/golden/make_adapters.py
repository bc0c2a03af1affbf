#!/usr/bin/env python3
"""Adapters as PEFT itself writes them, on golden models, with the logits that PEFT computes: for LoraTest.

    python tools/golden/make_adapters.py FOLDER-OF-THE-GOLDEN-MODELS

Each FOLDER/NAME-adapter holds adapter_config.json, adapter_model.safetensors (A and B random, so that the update counts)
and expected.safetensors with `tokens` [B, T] and `logits` [B, T, V].
"""

import json
import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

TARGETS = {
    "tiny-gpt2": ["c_attn", "mlp.c_proj"],  # stored [in, out]
    "llama": ["q_proj", "v_proj", "down_proj"],
}


def make(golden: Path, name: str, targets: list[str]) -> None:
    torch.manual_seed(5)
    base = AutoModelForCausalLM.from_pretrained(golden / name, dtype=torch.float32)
    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=3,
        lora_alpha=7,
        lora_dropout=0.0,
        target_modules=targets,
        fan_in_fan_out=name == "tiny-gpt2",
        init_lora_weights=False,
    )
    model = get_peft_model(base, config).eval()
    tokens = torch.arange(1, 25).reshape(2, 12)
    with torch.no_grad():
        logits = model(tokens).logits
        with model.disable_adapter():
            moved = (logits - model(tokens).logits).abs().max().item()
    folder = golden / f"{name}-adapter"
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    file = folder / "adapter_config.json"
    saved = json.loads(file.read_text())
    saved["base_model_name_or_path"] = f"../{name}"
    saved["target_modules"] = sorted(saved["target_modules"])
    file.write_text(json.dumps(saved, indent=2) + "\n")
    save_file({"tokens": tokens, "logits": logits.contiguous()}, folder / "expected.safetensors")
    print(f"{folder}: the update moves logits by up to {moved:.3f}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    for name, targets in TARGETS.items():
        make(Path(sys.argv[1]), name, targets)
