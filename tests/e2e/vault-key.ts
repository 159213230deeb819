// The vault key from a passphrase and the stored header, read as docs/formats.md says and by none of Keepsake's own code.
import { createCipheriv, createDecipheriv } from "node:crypto";
import { argon2id } from "hash-wasm";

const HEADER = "keepsake  header";

type Cbor = number | string | null | Buffer | Cbor[] | { readonly [field: string]: Cbor };

interface Header {
  readonly version: number;
  readonly vault: Buffer;
  readonly kdf: {
    readonly salt: number[];
    readonly memory_kib: number;
    readonly passes: number;
    readonly lanes: number;
  };
  readonly slot: Buffer;
}

/** The vault key, and the key-encryption key that it was sealed under. */
export async function deriveKeys(
  passphrase: string,
  stored: Buffer,
): Promise<{ kek: Buffer; vaultKey: Buffer }> {
  const { version, vault, kdf, slot } = cbor(stored) as unknown as Header;
  if (version !== 1) throw new Error(`this reads version 1, and the header is of version ${version}`);
  const kek = Buffer.from(
    await argon2id({
      password: passphrase.normalize("NFKC"),
      salt: Uint8Array.from(kdf.salt),
      memorySize: kdf.memory_kib,
      iterations: kdf.passes,
      parallelism: kdf.lanes,
      hashLength: 32,
      outputType: "binary",
    }),
  );
  return { kek, vaultKey: open(kek, "slot passphrase", vault, slot) };
}

/** Opens an envelope of the header's. */
function open(key: Buffer, purpose: string, vault: Buffer, envelope: Buffer): Buffer {
  const revision = envelope.subarray(1, 9);
  const nonce = envelope.subarray(9, 33);
  const bound = Buffer.concat([
    Buffer.from("keepsake"),
    envelope.subarray(0, 1),
    Buffer.of(purpose.length),
    Buffer.from(purpose),
    vault,
    Buffer.from(HEADER),
    revision,
  ]);
  const cipher = createDecipheriv("aes-256-gcm", xaesKey(key, nonce), nonce.subarray(12));
  cipher.setAAD(bound).setAuthTag(envelope.subarray(-16));
  const padded = Buffer.concat([cipher.update(envelope.subarray(33, -16)), cipher.final()]);
  return padded.subarray(4, 4 + padded.readUInt32BE(0));
}

/** The key that XAES-256-GCM (https://c2sp.org/XAES-256-GCM) gives to AES-256-GCM for a nonce of 24 bytes. */
function xaesKey(key: Buffer, nonce: Buffer): Buffer {
  const block = (plain: Buffer) =>
    createCipheriv("aes-256-ecb", key, null).setAutoPadding(false).update(plain);
  const l = BigInt(`0x${block(Buffer.alloc(16)).toString("hex")}`);
  const doubled = BigInt.asUintN(128, l << 1n) ^ (l >> 127n ? 0x87n : 0n);
  const k1 = Buffer.from(doubled.toString(16).padStart(32, "0"), "hex");
  const half = (counter: number) => {
    const message = Buffer.concat([Buffer.of(0, counter, 0x58, 0), nonce.subarray(0, 12)]);
    return block(Buffer.from(message.map((byte, at) => byte ^ (k1[at] ?? 0))));
  };
  return Buffer.concat([half(1), half(2)]);
}

/** The part of CBOR that the header is written in. */
function cbor(bytes: Buffer): Cbor {
  let at = 0;
  const count = (info: number): number => {
    if (info < 24) return info;
    const width = 2 ** (info - 24);
    at += width;
    return bytes.readUIntBE(at - width, width);
  };
  const take = (length: number): Buffer => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  const value = (): Cbor => {
    const first = bytes.readUInt8(at++);
    if (first === 0xf6) return null;
    const n = count(first & 31);
    switch (first >> 5) {
      case 0:
        return n;
      case 2:
        return take(n);
      case 3:
        return take(n).toString("utf8");
      case 4:
        return Array.from({ length: n }, value);
      case 5:
        return Object.fromEntries(Array.from({ length: n }, () => [value(), value()]));
      default:
        throw new Error(`the header holds something else at ${at}`);
    }
  };
  return value();
}
