#!/usr/bin/env python3
"""Makes one golden model for each family that causal-lm supports, and more where a family has forms:
what Hugging Face transformers computes with small random weights of odd sizes.

    pip install -r tools/requirements.txt
    python tools/golden/make_families.py causal-lm/src/test/resources/io/gdpo/lm

Writes a model folder in Hugging Face's layout for each form, with expected.safetensors (logits, gradients)
and expected.json (inputs, losses, greedy continuations) in it; and tokenizers/: one tokenizer.json of each
kind, with what it does to awkward texts. GPT-2's own fixture is made by make_golden.py.
"""

import copy
import json
import shutil
import sys
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    AutoModelForCausalLM, GPTJConfig, GPTNeoXConfig, LlamaConfig, MistralConfig, PreTrainedConfig, Qwen2Config,
    Qwen3Config,
)

from golden_vectors import batch, computed, greedy, tokenized
from make_golden import AWKWARD, END_OF_TEXT, TEXT

SIZES = {"vocab_size": 61, "initializer_range": 0.25, "bos_token_id": 1, "eos_token_id": 2}
PROMPTS = [[5, 6, 7], [30, 20, 1, 1, 38, 42, 59, 3, 3, 17, 60], [11], [20, 21, 22, 23, 24]]
NEW_TOKENS = 15
SMALLEST_MARGIN = 1e-3
# Of a head's three frequencies (wave lengths 6, 29 and 135 tokens) one is kept, one blended, one divided.
LLAMA3_SCALING = {
    "rope_type": "llama3", "rope_theta": 100.0, "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}


@dataclass
class Form:
    """A form of a family. Its fixture is worth nothing if `without` computes nearly the same."""

    config: PreTrainedConfig
    without: dict = field(default_factory=dict)
    dtype: torch.dtype = torch.float32
    shard_size: str = "5GB"


FORMS = {
    "gptj": Form(
        GPTJConfig(**SIZES, n_positions=40, n_embd=24, n_layer=2, n_head=3, rotary_dim=6, n_inner=37,
                   layer_norm_epsilon=3e-4),
        without={"rotary_dim": 4},
    ),
    "gptneox": Form(
        GPTNeoXConfig(**SIZES, max_position_embeddings=40, hidden_size=30, num_hidden_layers=2,
                      num_attention_heads=3, intermediate_size=37, layer_norm_eps=3e-4,
                      rope_parameters={"rope_type": "default", "rope_theta": 1000.0, "partial_rotary_factor": 0.4}),
        without={"use_parallel_residual": False},
    ),
    "gptneox-sequential": Form(
        GPTNeoXConfig(**SIZES, max_position_embeddings=40, hidden_size=24, num_hidden_layers=2,
                      num_attention_heads=4, intermediate_size=37, hidden_act="gelu_new", attention_bias=False,
                      use_parallel_residual=False, tie_word_embeddings=True,
                      rope_parameters={"rope_type": "linear", "factor": 3.0, "rope_theta": 10000.0,
                                       "partial_rotary_factor": 1.0}),
        without={"rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 1.0}},
    ),
    "llama": Form(
        LlamaConfig(**SIZES, max_position_embeddings=40, hidden_size=20, num_hidden_layers=2, num_attention_heads=4,
                    num_key_value_heads=2, head_dim=6, intermediate_size=37, rms_norm_eps=3e-4,
                    rope_parameters=LLAMA3_SCALING),
        without={"rope_parameters": {"rope_type": "default", "rope_theta": 100.0}},
        shard_size="16KB",
    ),
    "llama-tied": Form(
        LlamaConfig(**SIZES, max_position_embeddings=40, hidden_size=24, num_hidden_layers=2, num_attention_heads=3,
                    num_key_value_heads=1, intermediate_size=37, tie_word_embeddings=True, attention_bias=True,
                    mlp_bias=True, rope_parameters={"rope_type": "linear", "factor": 2.5, "rope_theta": 500.0}),
        without={"rope_parameters": {"rope_type": "default", "rope_theta": 500.0}},
        dtype=torch.bfloat16,
    ),
    "mistral": Form(
        MistralConfig(**SIZES, max_position_embeddings=40, hidden_size=24, num_hidden_layers=2,
                      num_attention_heads=6, num_key_value_heads=3, intermediate_size=37, sliding_window=7,
                      rope_parameters={"rope_type": "default", "rope_theta": 1000.0}),
        without={"sliding_window": None},
    ),
    "qwen2": Form(
        Qwen2Config(**SIZES, max_position_embeddings=40, hidden_size=24, num_hidden_layers=2, num_attention_heads=4,
                    num_key_value_heads=1, intermediate_size=37, tie_word_embeddings=True,
                    rope_parameters={"rope_type": "default", "rope_theta": 1000.0}),
        without={"rope_parameters": {"rope_type": "default", "rope_theta": 100.0}},
        dtype=torch.float16,
    ),
    "qwen3": Form(
        Qwen3Config(**SIZES, max_position_embeddings=40, hidden_size=22, num_hidden_layers=2, num_attention_heads=4,
                    num_key_value_heads=2, head_dim=6, intermediate_size=37, rms_norm_eps=3e-4,
                    rope_parameters={"rope_type": "default", "rope_theta": 1000.0}),
        without={"rope_parameters": {"rope_type": "default", "rope_theta": 100.0}},
    ),
}


def model_of(form: Form, seed: int):
    """Random weights, norms and biases too, rounded to what the checkpoint's element type can hold."""
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(form.config, dtype=torch.float32).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith(".bias"):
                weight.normal_(0, 0.1)
            elif weight.dim() == 1:
                weight.normal_(1, 0.2)
            weight.copy_(weight.to(form.dtype))
    return model


def require_effect(form: Form, model, inputs: dict) -> float:
    """How far the logits are from those without the setting that the form is there for."""
    plain = copy.deepcopy(form.config)
    for name, value in form.without.items():
        setattr(plain, name, value)
    other = AutoModelForCausalLM.from_config(plain, dtype=torch.float32).eval()
    other.load_state_dict(model.state_dict())
    with torch.no_grad():
        effect = (model(**inputs).logits - other(**inputs).logits)[inputs["attention_mask"].bool()].abs().max().item()
    if effect < 0.05:
        raise SystemExit(f"{form.without} changes logits by {effect:.1e} only")
    return effect


def margin(model, prompts: list[list[int]], continuations: list[list[int]]) -> float:
    """The smallest lead of a greedily chosen token over the next one."""
    smallest = float("inf")
    for prompt, continuation in zip(prompts, continuations):
        with torch.no_grad():
            logits = model(torch.tensor([prompt + continuation])).logits[0, len(prompt) - 1:-1]
        first, second = logits.topk(2).values.unbind(-1)
        smallest = min(smallest, (first - second).min().item())
    return smallest


def decided(form: Form):
    """A model, its greedy continuations, and their margin: large enough that rounding does not decide."""
    for seed in count(20250702):
        model = model_of(form, seed)
        continuations = greedy(model, PROMPTS, NEW_TOKENS)
        lead = margin(model, PROMPTS, continuations)
        if lead >= SMALLEST_MARGIN:
            return model, continuations, lead


def write_model(folder: Path, form: Form) -> None:
    model, continuations, lead = decided(form)
    shutil.rmtree(folder, ignore_errors=True)
    copy.deepcopy(model).to(form.dtype).save_pretrained(folder, max_shard_size=form.shard_size)
    (folder / "generation_config.json").unlink(missing_ok=True)
    cases, tensors = {}, {}
    for side, seed in (("right", 1), ("left", 2)):
        inputs = batch(form.config.vocab_size, [19, 33, 8], side, seed)
        effect = require_effect(form, model, inputs)
        cases[side], found = computed(model, inputs)
        if side == "left":  # its gradients say nothing new, and take as much room as the weights
            found = {"logits": found["logits"]}
        tensors |= {f"{side}.{name}": tensor for name, tensor in found.items()}
    save_file(tensors, folder / "expected.safetensors")
    expected = {"batches": cases, "prompts": PROMPTS, "greedy": continuations}
    (folder / "expected.json").write_text(json.dumps(expected) + "\n", "utf-8")
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{folder.name}: {size / 1024:.0f} KiB, {form.dtype}, its setting moves logits by {effect:.2f}, "
          f"greedy margin {lead:.4f}")


def sentencepiece_like() -> Tokenizer:
    """As Llama 2's and Mistral's: spaces become U+2581, one is put before the text, unknown characters
    fall back to bytes."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    special = ["<unk>", "<s>", "</s>"]
    trainer = trainers.BpeTrainer(
        vocab_size=340, special_tokens=special + [f"<0x{byte:02X}>" for byte in range(256)], show_progress=False
    )
    tokenizer.train_from_iterator(TEXT, trainer)
    written = json.loads(tokenizer.to_str())  # the trainer took the bytes for special tokens, which they are not
    written["added_tokens"] = [token for token in written["added_tokens"] if token["content"] in special]
    tokenizer = Tokenizer.from_str(json.dumps(written))
    tokenizer.post_processor = begins_with("<s>", tokenizer)
    return tokenizer


def metaspace() -> Tokenizer:
    """The newer spelling of the same: a Metaspace pre-tokenizer that marks the text's first word only."""
    tokenizer = sentencepiece_like()
    tokenizer.normalizer = None
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    return tokenizer


def byte_level(pattern: str, normalizer, special: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
         pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=340, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXT, trainer)
    return tokenizer


def llama3() -> Tokenizer:
    """As Llama 3's: bytes, words cut by its own pattern (digits in threes), a first token by template."""
    pattern = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
               r"|\s*[\r\n]+|\s+(?!\S)|\s+")
    tokenizer = byte_level(pattern, None, ["<|begin_of_text|>", "<|end_of_text|>"])
    tokenizer.post_processor = begins_with("<|begin_of_text|>", tokenizer)
    return tokenizer


def qwen2() -> Tokenizer:
    """As Qwen's: bytes of the composed form (NFC), digits one by one."""
    pattern = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
               r"|\s*[\r\n]+|\s+(?!\S)|\s+")
    return byte_level(pattern, normalizers.NFC(), [END_OF_TEXT])


def begins_with(token: str, tokenizer: Tokenizer):
    return processors.TemplateProcessing(
        single=f"{token} $A", pair=f"{token} $A {token} $B", special_tokens=[(token, tokenizer.token_to_id(token))]
    )


TOKENIZERS = {
    "sentencepiece-like": (sentencepiece_like, "</s>"),
    "metaspace": (metaspace, "</s>"),
    "llama3": (llama3, "<|end_of_text|>"),
    "qwen2": (qwen2, END_OF_TEXT),
}


def write_tokenizer(folder: Path, tokenizer: Tokenizer, end: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({"eos_token": end}) + "\n", "utf-8")
    texts = [text.replace(END_OF_TEXT, end) for text in AWKWARD] + ["\u2581 marks", " one space before"]
    expected = {"texts": tokenized(tokenizer, texts), "vocabulary_size": tokenizer.get_vocab_size(),
                "eos_token": end, "eos_token_id": tokenizer.token_to_id(end)}
    (folder / "expected.json").write_text(json.dumps(expected, ensure_ascii=True) + "\n", "utf-8")


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    for name, form in FORMS.items():
        write_model(folder / name, form)
    for name, (make, end) in TOKENIZERS.items():
        write_tokenizer(folder / "tokenizers" / name, make(), end)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
