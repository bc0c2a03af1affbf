"""A plain GDPO step in PyTorch, computed as the authors' implementation computes it.

Yao et al., "No Preference Left Behind", ICLR 2025. For each pair the policy runs over three sequences (the chosen
one for calibration and imitation; chosen and rejected, concatenated, for the preference term) and the frozen
reference over two, in every step. Batches are padded on the right, logits span the whole vocabulary at every
place, in float32.
"""

import torch
import torch.nn.functional as F

import examples as data


def log_probs(model, ids, mask, labels):
    """Logits, and the log-probability of each labelled token (0 elsewhere)."""
    logits = model(input_ids=ids, attention_mask=mask, use_cache=False).logits.to(torch.float32)
    targets = labels[:, 1:].clone()
    counted = targets != data.IGNORED
    targets[~counted] = 0
    tokens = torch.gather(logits[:, :-1].log_softmax(-1), 2, targets.unsqueeze(2)).squeeze(2)
    return logits, tokens * counted


class GdpoStep:
    def __init__(self, request):
        file = data.load(request["examples"])
        self.examples = file["examples"]
        self.belief_tokens = torch.tensor(file["belief_tokens"])
        self.size = request["batch_size"]
        self.beta = request["beta"]
        self.max_norm = request["max_grad_norm"]
        self.autocast = request["dtype"] == "bfloat16"
        self.device = request["device"]
        self.policy = data.model(request["model"], device=self.device).train()
        self.reference = data.model(request["reference"], device=self.device).eval()
        self.belief_tokens = self.belief_tokens.to(self.device)
        self.optimizer = torch.optim.RMSprop(self.policy.parameters(), lr=request["learning_rate"])

    def loss(self, step):
        rows = data.batch(self.examples, step, self.size)
        prompts = [r["prompt"] for r in rows]
        close = [r["belief_close"] for r in rows]
        last = torch.tensor([len(p) - 1 for p in prompts], device=self.device)
        target = torch.tensor([r["target"] for r in rows], device=self.device)

        # Calibration: KL(p* || pi(b | x)) at the prompt's last token, over the whole vocabulary. Imitation: the
        # belief's mean log-probability, from the digit up to and without the closing mark.
        ids, mask, _ = data.inputs(prompts, [r["chosen"] for r in rows], device=self.device)
        labels = torch.full_like(ids, data.IGNORED)
        for i, r in enumerate(rows):
            begin = len(prompts[i])
            labels[i, begin : begin + close[i]] = ids[i, begin : begin + close[i]]
        logits, belief = log_probs(self.policy, ids, mask, labels)
        digits = logits[torch.arange(len(rows), device=self.device), last].log_softmax(-1)[:, self.belief_tokens]
        calibration = F.kl_div(digits, target, reduction="batchmean")
        imitation = -belief.sum(-1) / torch.tensor(close, device=self.device)

        # Preference within the belief: both sides under the chosen one's belief, which has no labels.
        pair = data.inputs(
            prompts + prompts,
            [r["chosen"] for r in rows] + [r["rejected_under_belief"] for r in rows],
            close + close,
            self.device,
        )
        chosen, rejected = log_probs(self.policy, *pair)[1].sum(-1).chunk(2)
        with torch.no_grad():
            reference_chosen, reference_rejected = log_probs(self.reference, *pair)[1].sum(-1).chunk(2)
        h = (chosen - rejected) - (reference_chosen - reference_rejected)
        preference = -F.logsigmoid(self.beta * h)
        return (calibration + imitation + preference).mean()

    def differentiated(self, step):
        with torch.autocast(self.device.split(":")[0], torch.bfloat16, enabled=self.autocast):
            loss = self.loss(step)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.policy.parameters(), self.max_norm)
        return loss.item(), norm.item()

    def measure(self):
        """A step with a learning rate of 0."""
        rates = [group["lr"] for group in self.optimizer.param_groups]
        for group in self.optimizer.param_groups:
            group["lr"] = 0.0
        loss, norm = self.step(0)
        for group, rate in zip(self.optimizer.param_groups, rates):
            group["lr"] = rate
        return {"loss": loss, "gradient_norm": norm}

    def step(self, step):
        loss, norm = self.differentiated(step)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss, norm

    def gflop(self, step):
        rows = data.batch(self.examples, step, self.size)
        pair = data.longest(rows, "chosen", "rejected_under_belief")
        return data.gflop(
            self.policy.config, len(rows), data.longest(rows, "chosen"), passes=3
        ) + data.gflop(self.policy.config, 2 * len(rows), pair, passes=3 + 1)
