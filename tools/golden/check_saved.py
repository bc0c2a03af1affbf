#!/usr/bin/env python3
"""Loads models that Java saved into transformers, adapters into PEFT, and compares them with Java.

    mvn -pl trainer-service -am test -Dtest=FamiliesTest,SavedModelTest,ModelExportTest -Dsurefire.failIfNoSpecifiedTests=false
    python tools/golden/check_saved.py causal-lm/target/saved/* causal-lm/target/exported/*/{whole,joined} trainer-service/target/saved/jobs/*/{best,final}

Each folder holds a saved model, or an adapter, and one or both of
    logits.safetensors  `tokens` [B, T] and `logits` [B, T, V]: transformers must compute the same
    stops.safetensors   `prompt` [1, P] and `continuation` [1, R], greedy, the trained end of text last:
                        transformers must generate the same, and stop there, by what the folder's files say
"""

import sys
from pathlib import Path

import torch
from peft import PeftConfig, PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig, PreTrainedTokenizerFast

LARGEST_DIFFERENCE = 1e-4
ROOM = 20


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


def check_logits(folder: Path, model, java) -> str:
    with torch.no_grad():
        logits = model.eval()(java["tokens"]).logits
    difference = (logits - java["logits"]).abs().max().item()
    if difference > LARGEST_DIFFERENCE:
        raise SystemExit(f"{folder}: logits differ by {difference:.2e} from those that Java computed")
    return f"largest difference of logits {difference:.2e} on {tuple(logits.shape)}"


def check_stops(folder: Path, model, java) -> str:
    prompt, expected = java["prompt"], java["continuation"]
    trained = expected[0, -1].item()
    # Only a whole model's config tells which class of tokenizer is its own.
    adapter = (folder / "adapter_config.json").exists()
    tokenizer = (PreTrainedTokenizerFast if adapter else AutoTokenizer).from_pretrained(folder)
    if tokenizer.eos_token_id != trained:
        raise SystemExit(f"{folder}: the tokenizer ends with {tokenizer.eos_token_id}, trained was {trained}")
    # An adapter's base has a generation config of its own; the adapter's folder says how this one ends.
    generation = GenerationConfig.from_pretrained(folder)
    ends = generation.eos_token_id if isinstance(generation.eos_token_id, list) else [generation.eos_token_id]
    if trained not in ends:
        raise SystemExit(f"{folder}: generation_config.json names {ends}, trained was {trained}")
    if not adapter and trained not in torch.tensor([model.config.eos_token_id]).flatten():
        raise SystemExit(f"{folder}: config.json names {model.config.eos_token_id}, trained was {trained}")
    generation.update(do_sample=False, temperature=None, top_p=None, top_k=None,
                      max_new_tokens=expected.shape[1] + ROOM)
    generated = model.generate(input_ids=prompt, attention_mask=torch.ones_like(prompt), generation_config=generation,
                               pad_token_id=trained)[:, prompt.shape[1]:]
    if not torch.equal(generated, expected):
        raise SystemExit(f"{folder}: generates {generated.tolist()}, Java {expected.tolist()}")
    return (f"generates {tokenizer.decode(generated[0])!r} and stops at {trained}, with room for {ROOM} more; "
            f"ends {ends}, chat template {'there' if tokenizer.chat_template else 'none'}")


def check(folder: Path) -> None:
    model, report = load(folder)
    unused = {kind: sorted(map(str, found)) for kind, found in report.items() if found}
    if unused:
        raise SystemExit(f"{folder} is not what Java saved: {unused}")
    said = [f"{type(model).__name__}, every weight was used"]
    if (folder / "logits.safetensors").exists():
        said.append(check_logits(folder, model, load_file(folder / "logits.safetensors")))
    if (folder / "stops.safetensors").exists():
        said.append(check_stops(folder, model, load_file(folder / "stops.safetensors")))
    said.append(f"tokenizer of {len(PreTrainedTokenizerFast(tokenizer_file=str(folder / 'tokenizer.json')))}")
    print(f"{folder.parent.name}/{folder.name}: " + ", ".join(said))


def main(folders: list[Path]) -> None:
    if not folders:
        raise SystemExit(__doc__)
    for folder in folders:
        check(folder)


if __name__ == "__main__":
    main([Path(folder) for folder in sys.argv[1:]])
