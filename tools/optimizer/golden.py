"""Writes what PyTorch's own optimizers do to four tensors in five steps, as the oracle of OptimizerTest.

    python -m venv .venv && .venv/bin/pip install -r tools/optimizer/requirements.txt
    .venv/bin/python tools/optimizer/golden.py training-engine/src/test/resources/golden/optimizers.json

The plain loops (foreach=False, fused=False) are used, which are the formulas as written. Clipping is
torch.nn.utils.clip_grad_norm_; the bound is such that some steps are clipped and some are not.
"""

import json
import sys

import torch

SHAPES = [(3, 4), (5,), (2, 3, 2), (7, 9)]  # the last fills the widest vector registers, with a rest
RATES = [1e-3, 2e-3, 3e-3, 2e-3, 5e-4]
MAX_NORM = 4.0

OPTIMIZERS = {
    "adamw": lambda p: torch.optim.AdamW(p, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1, foreach=False),
    "rmsprop": lambda p: torch.optim.RMSprop(p, alpha=0.99, eps=1e-8, foreach=False),
}


def flat(tensors):
    return [tensor.detach().flatten().tolist() for tensor in tensors]


def run(name):
    generator = torch.Generator().manual_seed(11)
    parameters = [torch.randn(shape, generator=generator).requires_grad_() for shape in SHAPES]
    optimizer = OPTIMIZERS[name](parameters)
    case = {"name": name, "max_norm": MAX_NORM, "initial": flat(parameters), "steps": []}
    for i, rate in enumerate(RATES):
        scale = 0.2 if i % 2 else 2.0
        gradients = [scale * torch.randn(shape, generator=generator) for shape in SHAPES]
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient.clone()
        norm = torch.nn.utils.clip_grad_norm_(parameters, MAX_NORM)
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        case["steps"].append(
            {"learning_rate": rate, "gradients": flat(gradients), "norm": norm.item(), "parameters": flat(parameters)}
        )
    return case


if __name__ == "__main__":
    golden = {
        "about": f"PyTorch {torch.__version__.split('+')[0]}, made by tools/optimizer/golden.py",
        "shapes": SHAPES,
        "cases": [run(name) for name in OPTIMIZERS],
    }
    with open(sys.argv[1], "w") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")
