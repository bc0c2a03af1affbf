"""A DPO step of TRL: the trainer's own collator, training step (forward, loss, backward), clipping and optimizer.

The dataset is given as token ids, so `_prepare_dataset`, which would tokenise, hands it on. Settings that differ
from TRL's defaults are those that make it slower or that the other side has not: gradient checkpointing off,
float32 instead of bf16 (unless that is what is measured), dropout off.
"""

import tempfile

from datasets import Dataset
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import PreTrainedTokenizerFast
from trl import DPOConfig, DPOTrainer

import examples as data


class TokenisedDpoTrainer(DPOTrainer):
    def _prepare_dataset(self, dataset, processing_class, args, dataset_name):
        return dataset


class TrlDpoStep:
    def __init__(self, request):
        self.examples = [
            {"prompt_ids": r["prompt"], "chosen_ids": r["chosen"], "rejected_ids": r["rejected"]}
            for r in data.load(request["examples"])["examples"]
        ]
        self.size = request["batch_size"]
        self.cached_reference = request["cached_reference"]
        words = Tokenizer(WordLevel({"<pad>": 0, "<unknown>": 1}, unk_token="<unknown>"))
        self.folder = tempfile.TemporaryDirectory()
        self.trainer = TokenisedDpoTrainer(
            model=data.model(request["model"]),
            ref_model=data.model(request["reference"]),
            args=DPOConfig(
                output_dir=self.folder.name,
                use_cpu=request["device"] == "cpu",
                bf16=request["dtype"] == "bfloat16",
                gradient_checkpointing=False,
                disable_dropout=True,
                per_device_train_batch_size=self.size,
                precompute_ref_log_probs=self.cached_reference,
                beta=request["beta"],
                learning_rate=request["learning_rate"],
                max_grad_norm=request["max_grad_norm"],
                adam_beta2=0.95,
                max_length=None,
                report_to="none",
                disable_tqdm=True,
            ),
            train_dataset=Dataset.from_list(self.examples),
            processing_class=PreTrainedTokenizerFast(
                tokenizer_object=words, pad_token="<pad>", eos_token="<pad>", unk_token="<unknown>"
            ),
        )
        if self.cached_reference:
            self.examples = list(self.trainer.train_dataset)
            self.trainer.ref_model = None
        self.trainer.create_optimizer()
        self.trainer.model, self.trainer.optimizer = self.trainer.accelerator.prepare(
            self.trainer.model, self.trainer.optimizer
        )
        self.trainer.model_wrapped = self.trainer.model
        self.trainer.current_gradient_accumulation_steps = 1

    def differentiated(self, step):
        inputs = self.trainer.data_collator(data.batch(self.examples, step, self.size))
        loss = self.trainer.training_step(self.trainer.model, inputs)
        norm = self.trainer.accelerator.clip_grad_norm_(
            self.trainer.model.parameters(), self.trainer.args.max_grad_norm
        )
        return loss.item(), norm.item()

    def measure(self):
        """A step with a learning rate of 0."""
        optimizer = self.trainer.optimizer
        rates = [group["lr"] for group in optimizer.param_groups]
        for group in optimizer.param_groups:
            group["lr"] = 0.0
        loss, norm = self.step(0)
        for group, rate in zip(optimizer.param_groups, rates):
            group["lr"] = rate
        return {"loss": loss, "gradient_norm": norm}

    def step(self, step):
        loss, norm = self.differentiated(step)
        self.trainer.optimizer.step()
        self.trainer.optimizer.zero_grad()
        return loss, norm

    def gflop(self, step):
        rows = data.batch(self.examples, step, self.size)
        length = max(len(r["prompt_ids"]) + max(len(r["chosen_ids"]), len(r["rejected_ids"])) for r in rows)
        passes = 3 if self.cached_reference else 3 + 1
        return data.gflop(self.trainer.model.config, 2 * len(rows), length, passes)
