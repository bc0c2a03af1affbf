"""Bare forward and backward of the language model: mean negative log-likelihood, every token a target."""

import torch
import torch.nn.functional as F

import examples as data


class LanguageModelStep:
    def __init__(self, request):
        self.examples = data.load(request["examples"])["examples"]
        self.size = request["batch_size"]
        self.autocast = request["dtype"] == "bfloat16"
        self.model = data.model(request["model"], device=request["device"]).train()
        self.device = request["device"]

    def loss(self, step):
        tokens = torch.tensor([r["prompt"] for r in data.batch(self.examples, step, self.size)], device=self.device)
        with torch.autocast(self.device.split(":")[0], torch.bfloat16, enabled=self.autocast):
            logits = self.model(input_ids=tokens, use_cache=False).logits[:, :-1]
            return F.cross_entropy(logits.reshape(-1, logits.shape[-1]).float(), tokens[:, 1:].reshape(-1))

    def measure(self):
        loss = self.loss(0)
        loss.backward()
        norm = torch.nn.utils.get_total_norm([p.grad for p in self.model.parameters()]).item()
        self.model.zero_grad()
        return {"loss": loss.item(), "gradient_norm": norm}

    def step(self, step):
        loss = self.loss(step)
        loss.backward()
        self.model.zero_grad()
        loss.item()

    def gflop(self, step):
        rows = data.batch(self.examples, step, self.size)
        return data.gflop(self.model.config, len(rows), len(rows[0]["prompt"]), passes=3)
