// Ways to seal bytes and to open them again, each measured alone: Keepsake's envelopes, SubtleCrypto and @noble/ciphers.

import { gcm } from "@noble/ciphers/aes.js";
import { serve } from "../rpc";

interface Cipher {
  seal(plaintext: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
  open(sealed: Uint8Array): Promise<Uint8Array>;
}

/** The module that `cargo xtask bench vault` puts here. */
interface EnvelopesModule {
  default(options: { module_or_path: URL }): Promise<unknown>;
  Envelopes: new () => Cipher;
}

const NONCE = 12;
/** As long as what an envelope is bound to. */
const ASSOCIATED = new Uint8Array(56);

const ciphers: Record<string, () => Promise<Cipher>> = {
  async keepsake() {
    const folder = new URL("../envelopes/", import.meta.url);
    const module = (await import(new URL("envelopes.js", folder).href)) as EnvelopesModule;
    await module.default({ module_or_path: new URL("envelopes_bg.wasm", folder) });
    return new module.Envelopes();
  },

  async subtle() {
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
      "encrypt",
      "decrypt",
    ]);
    const parameters = (iv: Uint8Array<ArrayBuffer>) => ({ name: "AES-GCM", iv, additionalData: ASSOCIATED });
    return {
      async seal(plaintext) {
        const iv = crypto.getRandomValues(new Uint8Array(NONCE));
        return behind(iv, new Uint8Array(await crypto.subtle.encrypt(parameters(iv), key, plaintext)));
      },
      async open(sealed) {
        const [iv, rest] = [sealed.slice(0, NONCE), sealed.slice(NONCE)];
        return new Uint8Array(await crypto.subtle.decrypt(parameters(iv), key, rest));
      },
    };
  },

  async noble() {
    const key = crypto.getRandomValues(new Uint8Array(32));
    return {
      async seal(plaintext) {
        const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
        return behind(nonce, gcm(key, nonce, ASSOCIATED).encrypt(plaintext));
      },
      async open(sealed) {
        return gcm(key, sealed.subarray(0, NONCE), ASSOCIATED).decrypt(sealed.subarray(NONCE));
      },
    };
  },
};

const ready = new Map<string, Promise<Cipher>>();

const methods = {
  /** Microseconds that one seal and one open take, on average over so many one after the other. */
  async measure(name: string, bytes: number, times: number): Promise<{ seal: number; open: number }> {
    const made = ready.get(name) ?? ciphers[name]?.();
    if (!made) throw new Error(`no cipher ${name}`);
    ready.set(name, made);
    const cipher = await made;
    const plaintext = new Uint8Array(bytes).fill(0x61);
    let sealed = await cipher.seal(plaintext);
    const began = performance.now();
    for (let time = 0; time < times; time++) sealed = await cipher.seal(plaintext);
    const between = performance.now();
    let opened = plaintext;
    for (let time = 0; time < times; time++) opened = (await cipher.open(sealed)) as typeof plaintext;
    const ended = performance.now();
    if (opened.length !== bytes || opened.at(-1) !== 0x61) throw new Error(`${name} opens to something else`);
    return { seal: ((between - began) * 1000) / times, open: ((ended - between) * 1000) / times };
  },
};

export type Ciphers = typeof methods;
serve(methods);

function behind(nonce: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(nonce.length + ciphertext.length);
  sealed.set(nonce);
  sealed.set(ciphertext, nonce.length);
  return sealed;
}
