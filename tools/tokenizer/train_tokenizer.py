#!/usr/bin/env python3
"""Trains a byte-level BPE tokenizer on text files and writes Hugging Face's tokenizer.json.

Every byte is in the alphabet, so any text can be encoded. Digits, `<` and `>` are always tokens of
their own, whatever stands beside them: a belief is one digit, and `<...>` bounds its text.

    pip install -r tools/requirements.txt
    python tools/tokenizer/train_tokenizer.py TEXT [TEXT ...] --vocab-size 2048 --output tokenizer.json
"""

import argparse
import sys
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

END_OF_TEXT = "<|endoftext|>"
SMALLEST_VOCABULARY = 1 + 256  # the end of text and all bytes
ALWAYS_ALONE = "0123456789<>"


def train(lines, vocab_size: int) -> Tokenizer:
    """Trains on an iterable of texts; the result depends on nothing else."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split("<", behavior="isolated"),
            pre_tokenizers.Split(">", behavior="isolated"),
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[END_OF_TEXT],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(lines, trainer)
    return tokenizer


def check(tokenizer: Tokenizer) -> None:
    for symbol in ALWAYS_ALONE:
        for text in (symbol, f" {symbol}", f"a{symbol}b", symbol * 3, f"1{symbol}<", f">{symbol} yes"):
            encoding = tokenizer.encode(text, add_special_tokens=False)
            alone = sum(text[start:end] == symbol for start, end in encoding.offsets)
            if alone != text.count(symbol):
                raise SystemExit(f"{symbol!r} is not a token of its own in {text!r}: {encoding.tokens}")
            if tokenizer.decode(encoding.ids, skip_special_tokens=False) != text:
                raise SystemExit(f"{text!r} does not survive encoding and decoding")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", nargs="+", type=Path, help="UTF-8 text files to train on")
    parser.add_argument("--vocab-size", type=int, required=True, help="number of tokens, the end of text included")
    parser.add_argument("--output", type=Path, required=True, help="the tokenizer.json to write")
    arguments = parser.parse_args()
    if arguments.vocab_size < SMALLEST_VOCABULARY:
        parser.error(f"--vocab-size must be at least {SMALLEST_VOCABULARY}: {END_OF_TEXT} and all bytes")

    lines = [line for path in arguments.text for line in path.read_text("utf-8").splitlines(keepends=True)]
    tokenizer = train(lines, arguments.vocab_size)
    check(tokenizer)
    tokenizer.save(str(arguments.output))

    characters = sum(map(len, lines))
    tokens = sum(len(e.ids) for e in tokenizer.encode_batch(lines, add_special_tokens=False))
    print(
        f"{arguments.output}: {tokenizer.get_vocab_size()} tokens; "
        f"{characters / max(1, tokens):.2f} characters a token on {characters} characters",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
