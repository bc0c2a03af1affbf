#!/usr/bin/env python3
"""Makes a small tokenizer of each kind that language models come with, for tests.

They are trained on text in which an option's closing `>` stands beside the same signs and letters again and
again, so that a text encoded as one has tokens such as `)>`, `>"` and `>Y`. What they put in front of a text
differs: nothing, a dummy blank (SentencePiece), a space, a token that begins a sequence.

    pip install -r tools/requirements.txt
    python tools/tokenizer/make_kinds.py preference-data/src/test/resources/io/gdpo/data/tokenizers

Writes KIND/tokenizer.json and KIND/tokenizer_config.json; the result depends on nothing but this file.
"""

import itertools
import json
import sys
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

VOCABULARY = 420
BLANK = "\u2581"
OPTIONS = ("Agree", "Disagree (a bit)", "No opinion.", "Both of these", "a > b")
WORDS = ("Yes, they do.", '"No", she said.', "<b>yes", ". . .", "yes", " Of course", "(well)", "12 times")
TEXT = [
    f"Nice day.<Q>Do buses run often enough?<A>{belief}<{option}>{words}"
    for belief, (option, words) in enumerate(itertools.product(OPTIONS, WORDS))
]
SMALL_WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
SIGNS = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = SMALL_WORDS + r"\p{N}{1,3}" + SIGNS
QWEN = SMALL_WORDS + r"\p{N}" + SIGNS


def byte_level(special: list[str], pattern: str | None = None, prefix_space: bool = False) -> Tokenizer:
    """GPT-2's kind; its pattern keeps signs and letters apart, Llama 3's and Qwen's join a sign to a word."""
    tokenizer = Tokenizer(models.BPE())
    level = pre_tokenizers.ByteLevel(add_prefix_space=prefix_space, use_regex=pattern is None)
    tokenizer.pre_tokenizer = (
        pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), behavior="isolated"), level]) if pattern else level
    )
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        TEXT,
        trainers.BpeTrainer(
            vocab_size=VOCABULARY,
            special_tokens=special,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    return tokenizer


def sentencepiece() -> Tokenizer:
    """Llama 2's and Mistral's kind: a blank in front of a text, bytes for what has no piece, pieces across words."""
    special = ["<unk>", "<s>", "</s>"]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend(BLANK), normalizers.Replace(" ", BLANK)])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace(BLANK, " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    pieces = [line[at:] for line in TEXT for at in (0, line.index("<A>") + 3)]
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY + len(special),
        special_tokens=special + [f"<0x{b:02X}>" for b in range(256)],
        show_progress=False,
        max_token_length=8,
    )
    tokenizer.train_from_iterator(pieces, trainer)
    written = json.loads(tokenizer.to_str())  # the trainer took the bytes for special tokens, which they are not
    written["added_tokens"] = written["added_tokens"][: len(special)]
    tokenizer = Tokenizer.from_str(json.dumps(written))
    tokenizer.post_processor = begins_with("<s>", tokenizer)
    return tokenizer


def metaspace(scheme: str, split: bool) -> Tokenizer:
    """The newer spelling of the same: a Metaspace pre-tokenizer in place of the normalizer."""
    tokenizer = sentencepiece()
    tokenizer.normalizer = None
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme, split=split)
    return tokenizer


def bos_template() -> Tokenizer:
    tokenizer = byte_level(["<|begin_of_text|>", "<|end_of_text|>"], LLAMA3)
    tokenizer.post_processor = processors.Sequence(
        [processors.ByteLevel(trim_offsets=False), begins_with("<|begin_of_text|>", tokenizer)]
    )
    return tokenizer


def qwen() -> Tokenizer:
    tokenizer = byte_level(["<|endoftext|>", "<|im_start|>", "<|im_end|>"], QWEN)
    tokenizer.normalizer = normalizers.NFC()
    return tokenizer


def begins_with(token: str, tokenizer: Tokenizer):
    return processors.TemplateProcessing(
        single=f"{token} $A", pair=f"{token} $A {token} $B", special_tokens=[(token, tokenizer.token_to_id(token))]
    )


LLAMA = {"add_bos_token": True, "add_eos_token": False, "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
KINDS = {
    "byte-level": (lambda: byte_level(["<|endoftext|>"]), {"eos_token": "<|endoftext|>"}),
    "byte-level-letters": (qwen, {"add_bos_token": False, "bos_token": None, "eos_token": "<|im_end|>"}),
    "bos-template": (bos_template, {"bos_token": "<|begin_of_text|>", "eos_token": "<|end_of_text|>"}),
    "prefix-space": (lambda: byte_level(["<|endoftext|>"], prefix_space=True), {"eos_token": "<|endoftext|>"}),
    "dummy-blank": (sentencepiece, LLAMA),
    "metaspace": (lambda: metaspace("first", False), LLAMA),
    "metaspace-always": (lambda: metaspace("always", True), LLAMA),
}


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    for kind, (make, settings) in KINDS.items():
        tokenizer = make()
        pieces = [token for token in tokenizer.get_vocab() if ">" in token and not token.startswith(("<|", "<0x", "<s>"))]
        before = any(token.index(">") > 0 for token in pieces)
        behind = any(token.index(">") < len(token) - 1 for token in pieces)
        if not (before and behind):
            raise SystemExit(f"{kind} does not merge > with both neighbours: {sorted(pieces)}")
        folder = Path(sys.argv[1]) / kind
        folder.mkdir(parents=True, exist_ok=True)
        tokenizer.save(str(folder / "tokenizer.json"))
        (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n", "utf-8")
        print(f"{kind}: {tokenizer.get_vocab_size()} tokens, of these {sorted(pieces)}", file=sys.stderr)


if __name__ == "__main__":
    main()
