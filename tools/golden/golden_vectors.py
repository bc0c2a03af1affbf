"""What every golden fixture is made of: batches padded on either side, logits and gradients, greedy
continuations, tokens; all computed by Hugging Face transformers and tokenizers."""

import torch

IGNORED = -100
IN_CHECKPOINTS = {("gpt_neox", "lm_head.weight"): "embed_out.weight"}


def batch(vocab_size: int, lengths: list[int], side: str, seed: int) -> dict:
    """Random sequences of these lengths, padded on one side; the first third is prompt."""
    generator = torch.Generator().manual_seed(seed)
    width = max(lengths)
    tokens = torch.zeros(len(lengths), width, dtype=torch.long)
    mask = torch.zeros_like(tokens)
    labels = torch.full_like(tokens, IGNORED)
    for row, length in enumerate(lengths):
        sequence = torch.randint(1, vocab_size, (length,), generator=generator)
        start = 0 if side == "right" else width - length
        tokens[row, start:start + length] = sequence
        mask[row, start:start + length] = 1
        prompt = max(1, length // 3)
        labels[row, start + prompt:start + length] = sequence[prompt:]
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    return {"input_ids": tokens, "attention_mask": mask, "position_ids": positions, "labels": labels}


def computed(model, inputs: dict) -> tuple[dict, dict]:
    """A batch as the JSON file holds it, with its loss; and its tensors: `logits` of the real places
    and a `gradient.NAME` for each parameter, by its name in checkpoints."""
    model.zero_grad()
    output = model(**inputs)
    output.loss.backward()
    tensors = {"logits": output.logits.detach()[inputs["attention_mask"].bool()]}
    for name, weight in model.named_parameters():
        tensors[f"gradient.{IN_CHECKPOINTS.get((model.config.model_type, name), name)}"] = weight.grad.clone()
    case = {name: tensor.tolist() for name, tensor in inputs.items()}
    case["loss"] = output.loss.item()
    return case, tensors


def greedy(model, prompts: list[list[int]], new_tokens: int) -> list[list[int]]:
    """The most likely continuation of each prompt, computed alone."""
    continuations = []
    for prompt in prompts:
        generated = model.generate(
            torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
            do_sample=False, max_new_tokens=new_tokens, eos_token_id=None, pad_token_id=0,
        )
        continuations.append(generated[0, len(prompt):].tolist())
    return continuations


def tokenized(tokenizer, texts: list[str]) -> list[dict]:
    """Each text's tokens without special ones, and the text they give back."""
    cases = []
    for text in texts:
        encoding = tokenizer.encode(text, add_special_tokens=False)
        decoded = tokenizer.decode(encoding.ids, skip_special_tokens=False)
        cases.append({"text": text, "ids": encoding.ids, "decoded": decoded})
    return cases
