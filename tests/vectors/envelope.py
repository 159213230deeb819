"""Makes the vectors beside it from docs/formats.md alone: python3 tests/vectors/envelope.py (pip install cryptography).

An independent second implementation: if it and the Rust crate disagree, one of them is wrong. A vector that exists is
never made anew; what a changed script would make otherwise is refused.
"""

import hashlib
import hmac
import json
import unicodedata
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY, VAULT, OBJECT, REVISION = bytes([9] * 32), bytes([1] * 16), bytes([2] * 16), 3
NONCE, PLAINTEXT = bytes(range(24)), b"green tea"

# The purposes of format version 1; a new one is one more line here.
PURPOSES = [
    "record",
    "inbox",
    "decision",
    "receipt",
    "catalogue",
    "index",
    "manifest",
    "slot passphrase",
    "slot recovery",
    "slot session",
    "slot former",
]

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def subkey(label: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"keepsake/1 " + label.encode()).derive(KEY)


def xaes_256_gcm(key: bytes, nonce: bytes, plaintext: bytes, associated_data: bytes) -> bytes:
    """C2SP XAES-256-GCM: a key derived with CMAC from the nonce's first half, then AES-256-GCM with the second."""

    def block(data: bytes) -> bytes:
        return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(data)

    subkey = int.from_bytes(block(bytes(16)))
    subkey = ((subkey << 1) ^ (0x87 if subkey >> 127 else 0)) & (2**128 - 1)
    halves = [bytes([0, n]) + b"X\x00" + nonce[:12] for n in (1, 2)]
    derived = b"".join(block((int.from_bytes(half) ^ subkey).to_bytes(16)) for half in halves)
    return AESGCM(derived).encrypt(nonce[12:], plaintext, associated_data)


def padded_length(length: int) -> int:
    """Padmé over the plaintext and the 4 bytes of its length."""
    total = length + 4
    if total <= 256:
        return 256
    exponent = total.bit_length() - 1
    step = 2 ** (exponent - exponent.bit_length())
    return -(-total // step) * step


def envelope(purpose: str) -> bytes:
    # A slot is sealed under the key itself, everything else under a subkey.
    key = KEY if purpose.startswith("slot ") else subkey(purpose)
    padded = (len(PLAINTEXT).to_bytes(4) + PLAINTEXT).ljust(padded_length(len(PLAINTEXT)), b"\0")
    label, revision = purpose.encode(), REVISION.to_bytes(8)
    associated_data = b"keepsake" + bytes([1, len(label)]) + label + VAULT + OBJECT + revision
    return bytes([1]) + revision + NONCE + xaes_256_gcm(key, NONCE, padded, associated_data)


def passphrase_key(passphrase: str, salt: bytes, memory_kib: int, passes: int, lanes: int) -> dict:
    normal = unicodedata.normalize("NFKC", passphrase).encode()
    kdf = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory_kib)
    parameters = {"salt": salt.hex(), "memory_kib": memory_kib, "passes": passes, "lanes": lanes}
    return {"passphrase": passphrase, **parameters, "key": kdf.derive(normal).hex()}


def recovery_key(typed: str) -> dict:
    """A code as a person types it."""
    code = typed.upper().replace("-", "").replace(" ", "").translate(str.maketrans("OIL", "011"))
    number = 0
    for character in code[:26]:
        number = number * 32 + CROCKFORD.index(character)
    checksum = "".join(CROCKFORD[part] for part in divmod(number % 1021, 32))
    assert len(code) == 28 and code.endswith(checksum), f"{typed} ends in {checksum}"
    key = HKDF(SHA256(), 32, salt=VAULT, info=b"keepsake/1 recovery code").derive(code.encode())
    grouped = "-".join(code[at : at + 4] for at in range(0, 28, 4))
    return {"typed": typed, "code": grouped, "vault": VAULT.hex(), "key": key.hex()}


def with_lengths(parts: list[bytes]) -> bytes:
    return b"".join(len(part).to_bytes(8) + part for part in parts)


def tag(label: str, parts: list[bytes]) -> dict:
    made = hmac.digest(subkey(label), with_lengths(parts), "sha256").hex()
    return {"key": KEY.hex(), "label": label, "parts": [part.hex() for part in parts], "tag": made}


def digest(parts: list[bytes]) -> dict:
    return {"parts": [part.hex() for part in parts], "digest": hashlib.sha256(with_lengths(parts)).hexdigest()}


def keep(name: str, content: str) -> None:
    path = Path(__file__).parent / name
    if path.exists() and path.read_text() != content:
        raise SystemExit(f"{name} is kept for ever, and this script would now make it otherwise")
    path.write_text(content)


for purpose in PURPOSES:
    keep(f"envelope-v1-{purpose.replace(' ', '-')}.hex", envelope(purpose).hex() + "\n")

parts = [[], [b""], [b"records", OBJECT], [b"rec", b"ords" + OBJECT], [bytes(1000)]]
keys = {
    "passphrases": [
        passphrase_key("correct horse battery staple", bytes(range(16)), 64 * 1024, 3, 1),
        passphrase_key("cafe\u0301 \ufb01x", bytes([7] * 16), 19 * 1024, 2, 1),
        passphrase_key("パスワード 🗝", bytes([0xFF] * 16), 20_000, 4, 4),
    ],
    "recovery_codes": [
        recovery_key("0000-0000-0000-0000-0000-0000-0000"),
        recovery_key("ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-23W2"),
        recovery_key("oil0 oil1 7z7z 7z7z 7z7z 7z7z 7zf4"),
    ],
    "tags": [tag(label, part) for label in ("objects", "members", "pairwise", "equality") for part in parts],
    "digests": [digest(part) for part in parts],
    "padding": [
        {"length": length, "padded": padded_length(length)}
        for length in (0, 9, 252, 253, 254, 996, 997, 4092, 4093, 16_384, 65_531, 65_532, 65_533, 1_048_572, 1_048_573)
    ],
}
keep("keys-v1.json", json.dumps(keys, indent=2) + "\n")
