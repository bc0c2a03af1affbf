"""`generate` of transformers with its key-value cache: a batch of prompts, padded on the left, no stop token."""

import torch
from transformers import GenerationConfig

import examples as data


class Sampling:
    def __init__(self, request):
        self.examples = data.load(request["examples"])["examples"]
        self.size = request["batch_size"]
        self.samples = request["samples"]
        self.new_tokens = request["new_tokens"]
        self.device = request["device"]
        self.folder = request["model"]
        self.model = data.model(request["model"], dtype=getattr(torch, request["dtype"]), device=self.device).eval()
        self.model.generation_config = GenerationConfig(pad_token_id=0)

    def generate(self, step, model=None, **choices):
        prompts = [r["prompt"] for r in data.batch(self.examples, step, self.size)]
        longest = max(len(p) for p in prompts)
        ids = torch.tensor([[0] * (longest - len(p)) + p for p in prompts], device=self.device)
        mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts], device=self.device)
        with torch.inference_mode():
            out = (model or self.model).generate(input_ids=ids, attention_mask=mask, eos_token_id=None, **choices)
        return out[:, longest:].cpu()

    def measure(self):
        """Greedy continuations, as one number for each prompt, which is equal only if the tokens are."""
        exact = data.model(self.folder, device=self.device).eval()  # in bfloat16 the most likely tokens tie
        exact.generation_config = self.model.generation_config
        greedy = self.generate(0, exact, do_sample=False, max_new_tokens=16)
        return {f"tokens_{i}": sum((k + 1) * t for k, t in enumerate(row)) for i, row in enumerate(greedy.tolist())}

    def step(self, step):
        torch.manual_seed(step)
        self.generate(
            step,
            do_sample=True,
            temperature=1.0,
            top_k=0,
            num_return_sequences=self.samples,
            max_new_tokens=self.new_tokens,
        )

    def gflop(self, step):
        """Not counted: decoding waits for memory, not for products."""
        return 0
