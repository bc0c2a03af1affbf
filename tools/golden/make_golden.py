#!/usr/bin/env python3
"""Makes the golden vectors that causal-lm is held against: what Hugging Face transformers computes
with a randomly initialised tiny GPT-2 of odd sizes, and what its tokenizers do with awkward texts.

    pip install -r tools/requirements.txt
    python tools/golden/make_golden.py causal-lm/src/test/resources/io/gdpo/lm

Writes tiny-gpt2/ (a model folder in Hugging Face's layout), expected.safetensors (logits, gradients),
expected.json (inputs, losses, greedy continuations, tokens with offsets) and
element-types.safetensors (one tensor in each element type).
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel

sys.path.insert(0, str(Path(__file__).parent.parent / "tokenizer"))
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
IGNORED = -100


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


def batch(model: GPT2LMHeadModel, lengths: list[int], side: str, seed: int) -> dict:
    """Random sequences of these lengths, padded on one side; the first third is prompt."""
    generator = torch.Generator().manual_seed(seed)
    width = max(lengths)
    tokens = torch.zeros(len(lengths), width, dtype=torch.long)
    mask = torch.zeros_like(tokens)
    labels = torch.full_like(tokens, IGNORED)
    for row, length in enumerate(lengths):
        sequence = torch.randint(1, model.config.vocab_size, (length,), generator=generator)
        start = 0 if side == "right" else width - length
        tokens[row, start:start + length] = sequence
        mask[row, start:start + length] = 1
        prompt = max(1, length // 3)
        labels[row, start + prompt:start + length] = sequence[prompt:]
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    return {"input_ids": tokens, "attention_mask": mask, "position_ids": positions, "labels": labels}


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
        inputs = batch(model, [19, 37, 8], side, seed)
        model.zero_grad()
        output = model(**inputs)
        output.loss.backward()
        tensors[f"{side}.logits"] = output.logits.detach()[inputs["attention_mask"].bool()]
        for name, weight in model.named_parameters():
            tensors[f"{side}.gradient.{name}"] = weight.grad.clone()
        cases[side] = {name: tensor.tolist() for name, tensor in inputs.items()}
        cases[side]["loss"] = output.loss.item()

    prompts = [[5, 6, 7], [300, 20, 1, 1, 388, 42, 99, 3], [11], [200, 201, 202, 203, 204]]
    greedy = []
    for prompt in prompts:
        generated = model.generate(
            torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
            do_sample=False, max_new_tokens=20, eos_token_id=None, pad_token_id=0,
        )
        greedy.append(generated[0, len(prompt):].tolist())

    texts = []
    for text in AWKWARD:
        encoding = tokenizer.encode(text, add_special_tokens=False)
        decoded = tokenizer.decode(encoding.ids, skip_special_tokens=False)
        texts.append({"text": text, "ids": encoding.ids, "offsets": encoding.offsets, "decoded": decoded})

    save_file(tensors, folder / "expected.safetensors")
    expected = {"batches": cases, "prompts": prompts, "greedy": greedy, "texts": texts,
                "vocabulary_size": tokenizer.get_vocab_size()}
    (folder / "expected.json").write_text(json.dumps(expected, ensure_ascii=True) + "\n", "utf-8")

    values = torch.tensor([[0.0, -0.0, 1.0], [-2.5, 65504.0, 6e-8], [1e-5, -0.3333, float("inf")]])
    save_file(
        {"f32": values, "f16": values.half(), "bf16": values.bfloat16(),
         "f16.widened": values.half().float(), "bf16.widened": values.bfloat16().float(),
         "i64": torch.tensor([-1, 2**40, 7]), "scalar": torch.tensor(2.5)},
        folder / "element-types.safetensors",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
