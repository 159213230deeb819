// Ways to seal bytes and to open them again, each measured alone: Keepsake's envelopes, SubtleCrypto and @noble/ciphers.

import { gcm } from "@noble/ciphers/aes.js";
import { serve } from "../rpc";

/** A plaintext and what it is sealed to, both where their owner has them: Keepsake's stand in WebAssembly's memory. */
interface Cipher {
  /** Seals the plaintext so many times, one after the other. */
  seal(times: number): Promise<void>;
  /** Opens what was sealed last so many times, one after the other. */
  open(times: number): Promise<void>;
  /** What was opened last. */
  plaintext(): Uint8Array;
}

/** The module that `cargo xtask bench vault` puts here. */
interface EnvelopesModule {
  default(options: { module_or_path: URL }): Promise<unknown>;
  Envelopes: new (plaintext: Uint8Array) => Cipher;
}

const NONCE = 12;
/** As long as what an envelope is bound to. */
const ASSOCIATED = new Uint8Array(56);

const ciphers: Record<string, (plaintext: Uint8Array<ArrayBuffer>) => Promise<Cipher>> = {
  async keepsake(plaintext) {
    const folder = new URL("../envelopes/", import.meta.url);
    const module = (await import(new URL("envelopes.js", folder).href)) as EnvelopesModule;
    await module.default({ module_or_path: new URL("envelopes_bg.wasm", folder) });
    return new module.Envelopes(plaintext);
  },

  async subtle(plaintext) {
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
      "encrypt",
      "decrypt",
    ]);
    const parameters = (iv: Uint8Array<ArrayBuffer>) => ({ name: "AES-GCM", iv, additionalData: ASSOCIATED });
    let sealed = new Uint8Array();
    let opened: Uint8Array = plaintext;
    return {
      async seal(times) {
        for (let time = 0; time < times; time++) {
          const iv = crypto.getRandomValues(new Uint8Array(NONCE));
          sealed = behind(iv, new Uint8Array(await crypto.subtle.encrypt(parameters(iv), key, plaintext)));
        }
      },
      async open(times) {
        for (let time = 0; time < times; time++) {
          const [iv, rest] = [sealed.slice(0, NONCE), sealed.subarray(NONCE)];
          opened = new Uint8Array(await crypto.subtle.decrypt(parameters(iv), key, rest));
        }
      },
      plaintext: () => opened,
    };
  },

  async noble(plaintext) {
    const key = crypto.getRandomValues(new Uint8Array(32));
    let sealed = new Uint8Array();
    let opened: Uint8Array = plaintext;
    return {
      async seal(times) {
        for (let time = 0; time < times; time++) {
          const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
          sealed = behind(nonce, gcm(key, nonce, ASSOCIATED).encrypt(plaintext));
        }
      },
      async open(times) {
        for (let time = 0; time < times; time++) {
          opened = gcm(key, sealed.subarray(0, NONCE), ASSOCIATED).decrypt(sealed.subarray(NONCE));
        }
      },
      plaintext: () => opened,
    };
  },
};

const methods = {
  /** Microseconds that one seal and one open take, on average over so many one after the other. */
  async measure(name: string, bytes: number, times: number): Promise<{ seal: number; open: number }> {
    const make = ciphers[name];
    if (!make) throw new Error(`no cipher ${name}`);
    const cipher = await make(new Uint8Array(bytes).fill(0x61));
    await cipher.seal(1);
    const began = performance.now();
    await cipher.seal(times);
    const between = performance.now();
    await cipher.open(times);
    const ended = performance.now();
    const opened = cipher.plaintext();
    if (opened.length !== bytes || opened.at(-1) !== 0x61) throw new Error(`${name} opens to something else`);
    return { seal: ((between - began) * 1000) / times, open: ((ended - between) * 1000) / times };
  },
};

export type Ciphers = typeof methods;
serve(methods);

function behind(nonce: Uint8Array, ciphertext: Uint8Array): Uint8Array<ArrayBuffer> {
  const sealed = new Uint8Array(nonce.length + ciphertext.length);
  sealed.set(nonce);
  sealed.set(ciphertext, nonce.length);
  return sealed;
}
