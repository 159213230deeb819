// The peer of the key derivation: Argon2id of hash-wasm.

import { argon2id } from "hash-wasm";
import { serve } from "../rpc";

const methods = {
  derive(
    password: Uint8Array,
    salt: Uint8Array,
    memorySize: number,
    iterations: number,
  ): Promise<Uint8Array> {
    return argon2id({
      password,
      salt,
      memorySize,
      iterations,
      parallelism: 1,
      hashLength: 32,
      outputType: "binary",
    });
  },
};

export type Argon2 = typeof methods;
serve(methods);
