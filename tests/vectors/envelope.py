"""Makes envelope-v1-record.hex from the format's description alone, with Python's `cryptography` (pip install cryptography).

An independent second implementation of docs/formats.md: if it and the Rust crate disagree, one of them is wrong.
"""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VAULT_KEY, VAULT, OBJECT, REVISION = bytes([9] * 32), bytes([1] * 16), bytes([2] * 16), 3
NONCE, PLAINTEXT, LABEL = bytes(range(24)), b"green tea", b"record"


def xaes_256_gcm(key: bytes, nonce: bytes, plaintext: bytes, associated_data: bytes) -> bytes:
    """C2SP XAES-256-GCM: a key derived with CMAC from the nonce's first half, then AES-256-GCM with the second."""

    def block(data: bytes) -> bytes:
        return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(data)

    subkey = int.from_bytes(block(bytes(16)))
    subkey = ((subkey << 1) ^ (0x87 if subkey >> 127 else 0)) & (2**128 - 1)
    halves = [bytes([0, n]) + b"X\x00" + nonce[:12] for n in (1, 2)]
    derived = b"".join(block((int.from_bytes(half) ^ subkey).to_bytes(16)) for half in halves)
    return AESGCM(derived).encrypt(nonce[12:], plaintext, associated_data)


key = HKDF(SHA256(), 32, salt=None, info=b"keepsake/1 " + LABEL).derive(VAULT_KEY)
padded = (len(PLAINTEXT).to_bytes(4) + PLAINTEXT).ljust(256, b"\0")
revision = REVISION.to_bytes(8)
associated_data = b"keepsake" + bytes([1, len(LABEL)]) + LABEL + VAULT + OBJECT + revision
print((bytes([1]) + revision + NONCE + xaes_256_gcm(key, NONCE, padded, associated_data)).hex())
