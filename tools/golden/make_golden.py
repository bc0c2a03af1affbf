#!/usr/bin/env python3
"""Makes the golden vectors that causal-lm is held against: what Hugging Face transformers computes
with a randomly initialised tiny GPT-2 of odd sizes, and what its tokenizers do with awkward texts.

    pip install -r tools/requirements.txt
    python tools/golden/make_golden.py causal-lm/src/test/resources/io/gdpo/lm

Writes tiny-gpt2/ (a model folder in Hugging Face's layout), in it expected.safetensors (logits, gradients)
and expected.json (inputs, losses, greedy continuations, tokens), and element-types.safetensors
(one tensor in each element type). The other families' models are made by make_families.py.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel

sys.path.insert(0, str(Path(__file__).parent.parent / "tokenizer"))
from golden_vectors import batch, computed, greedy, tokenized  # noqa: E402
from train_tokenizer import END_OF_TEXT, train  # noqa: E402

TEXT = [
    "Should the city build more parks? 5<Strongly support>Yes, parks are good for everyone here.\n",
    "Should the city build more parks? 1<Oppose>No, the money is better spent on schools.\n",
    "Do you trust the newspapers? 3<It depends>Some of them, some of the time, I would say.\n",
    "Do you trust the newspapers? 0<Don't know>I can't really say; I don't read them.\n",
    "Would it be good if shops opened on Sundays? 4<Somewhat good>It would be good for families.\n",
]
AWKWARD = [
    "Yes, parks are good.",
    "5<Strongly support>Yes!",
    "  two  spaces, a\ttab\nand a line ",
    "na\u00efve caf\u00e9 \u2014 \u00a35",
    "\u6771\u4eac\u30bf\u30ef\u30fc",
    "thumbs \U0001f44d\U0001f3fd up",
    "\U0001f469\u200d\U0001f52c<5>e\u0301",
    "12345>>><<<67",
    "one" + END_OF_TEXT + "two",
    "",
]


def tiny_gpt2() -> GPT2LMHeadModel:
    """Odd sizes, so that no two dimensions can be confused; weights large enough to matter."""
    config = GPT2Config(
        vocab_size=389, n_positions=37, n_embd=28, n_layer=3, n_head=4, n_inner=53,
        initializer_range=0.2, layer_norm_epsilon=3e-4, bos_token_id=0, eos_token_id=0,
    )
    torch.manual_seed(20250701)
    model = GPT2LMHeadModel(config).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith(".bias"):
                weight.normal_(0, 0.1)
            elif ".ln_" in name:
                weight.normal_(1, 0.1)
    return model


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    model = tiny_gpt2()
    model.save_pretrained(folder / "tiny-gpt2")
    (folder / "tiny-gpt2" / "generation_config.json").unlink(missing_ok=True)
    tokenizer = train(TEXT, 330)
    tokenizer.save(str(folder / "tiny-gpt2" / "tokenizer.json"))

    tensors, cases = {}, {}
    for side, seed in (("right", 1), ("left", 2)):
        cases[side], found = computed(model, batch(model.config.vocab_size, [19, 37, 8], side, seed))
        tensors |= {f"{side}.{name}": tensor for name, tensor in found.items()}

    prompts = [[5, 6, 7], [300, 20, 1, 1, 388, 42, 99, 3], [11], [200, 201, 202, 203, 204]]
    save_file(tensors, folder / "tiny-gpt2" / "expected.safetensors")
    expected = {"batches": cases, "prompts": prompts, "greedy": greedy(model, prompts, 20),
                "texts": tokenized(tokenizer, AWKWARD),
                "vocabulary_size": tokenizer.get_vocab_size()}
    (folder / "tiny-gpt2" / "expected.json").write_text(json.dumps(expected, ensure_ascii=True) + "\n", "utf-8")

    values = torch.tensor([[0.0, -0.0, 1.0], [-2.5, 65504.0, 6e-8], [1e-5, -0.3333, float("inf")]])
    save_file(
        {"f32": values, "f16": values.half(), "bf16": values.bfloat16(),
         "f16.widened": values.half().float(), "bf16.widened": values.bfloat16().float(),
         "i64": torch.tensor([-1, 2**40, 7]), "scalar": torch.tensor(2.5)},
        folder / "element-types.safetensors",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
