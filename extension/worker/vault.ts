// The dedicated worker that owns the vault: carries out one call after the other, as the WebAssembly object demands.

import type { OwnerError, StrengthReport } from "../generated/messages";
import init, { destroy, type RunningRequest, StoreDump, Vault } from "../generated/wasm/keepsake.js";
import initPassphrase, { assess_passphrase, suggest_passphrase } from "../generated/wasm/passphrase.js";
import type { Proof } from "../owner/protocol";
import { type Ahead, fetchMeanings, readAhead } from "./ahead";
import { deriveKek } from "./derive";
import { Files } from "./files";
import { GivenUp } from "./given-up";
import { type Journal, openJournal, removeJournal } from "./journal";
import {
  isOwnerError,
  type VaultCall,
  type VaultMessage,
  type VaultRequest,
  type VaultResponse,
  wasmUrl,
} from "./protocol";

const WEAK: OwnerError = {
  code: "weak_passphrase",
  message: "This passphrase is easy to guess: take a longer one, or confirm that you want this one.",
};

const { promise: compiled, resolve: takeModule } = Promise.withResolvers<WebAssembly.Module>();
const loaded = compiled.then((module) => init({ module_or_path: module }));
let queue: Promise<unknown> = loaded;
let opened: Vault | undefined;
let running: RunningRequest | undefined;
/** What is read while the module is compiled. */
let ahead: Promise<Ahead> | undefined;
let journal: Promise<Journal | undefined> | undefined;
/** What was given up and still stands in the queue. */
const givenUp = new GivenUp();
const files = new Files();

self.onmessage = ({ data }: MessageEvent<VaultMessage>) => {
  if ("module" in data) {
    takeModule(data.module);
    return;
  }
  // Of a vault that stays locked nothing is needed yet.
  if (data.call.op === "open" && data.call.kept.key) ahead = readAhead();
  if (data.call.op === "open") {
    journal = openJournal();
    // Whoever asked for the vault is told.
    journal.catch(() => undefined);
  }
  if (data.call.op === "withdraw") {
    const { subject, requestIds } = data.call;
    givenUp.add(subject, requestIds);
    // What runs already ends at its next step.
    running?.give_up(JSON.stringify(subject), requestIds);
  }
  // Neither touches the vault, and whoever types a passphrase does not wait for an import.
  const free = data.call.op === "assess" || data.call.op === "suggest";
  const turn = (free ? loaded : queue).then(() => answer(data));
  if (!free) queue = turn;
};

loaded.catch(crash);

async function answer({ id, call }: VaultRequest): Promise<void> {
  try {
    post({ id, result: await carryOut(call) });
  } catch (error) {
    if (isOwnerError(error)) post({ id, error });
    else crash(error);
  }
}

async function carryOut(call: VaultCall): Promise<unknown> {
  switch (call.op) {
    case "open":
      opened = await Vault.open(call.kept.state, call.kept.key, fetchMeanings, await ahead, await journal);
      running = opened.running();
      return undefined;
    case "handle":
      if (givenUp.has(call.subject, call.requestId)) return [];
      return vault().handle(JSON.stringify(call.subject), call.requestId, call.body);
    case "withdraw":
      // From here on the same request is a new one.
      givenUp.delete(call.subject, call.requestIds);
      return vault().withdraw(JSON.stringify(call.subject), call.requestIds);
    case "consentClosed":
      return vault().consent_closed(call.id);
    case "command":
      return vault().command(call.command);
    case "create":
      return wipeAfter(call.passphrase, async (passphrase) => {
        await refuseWeak(passphrase, call.acceptWeak);
        const challenge = vault().kdf_challenge();
        return wipeAfter(await deriveKek(passphrase, challenge), (kek) => vault().create(challenge, kek));
      });
    case "prefetch":
      return vault().prefetch();
    case "unlock":
      return wipeAfter(call.passphrase, unlock);
    case "unlockWithCode":
      return wipeAfter(call.code, (code) => vault().unlock_with_code(code));
    case "changePassphrase":
      return wipeAfter(call.passphrase, async (passphrase) => {
        await refuseWeak(passphrase, call.acceptWeak);
        return changePassphrase(call.proof, passphrase);
      });
    case "rotate":
      return wipeAfter(call.passphrase, async (passphrase) => {
        const challenge = vault().kdf_challenge();
        return wipeAfter(await deriveKek(passphrase, challenge), (kek) => vault().rotate(kek));
      });
    case "exportStart":
      return files.exportStart(vault(), call.passphrase);
    case "exportPart":
      return files.exportPart(call.part);
    case "restoreStart":
      return files.restoreStart(vault(), call.passphrase);
    case "restorePart":
      return files.restorePart(vault(), call.part, call.bytes, call.last);
    case "dumpStart":
      return files.dumpStart(await StoreDump.begin());
    case "dumpPart":
      return files.dumpPart(call.part);
    case "forgetEverything":
      return vault().forget_everything();
    case "destroy":
      await destroy();
      // What it holds follows no vault any more; where it cannot be taken away it is emptied with the next vault.
      return removeJournal().catch(() => undefined);
    case "lock":
      return vault().lock();
    case "assess":
      return wipeAfter(call.passphrase, assess);
    case "suggest":
      await dictionaries();
      return suggest_passphrase();
  }
}

/** While the key is derived the vault reads what it will need. A key that is too easy to guess by now is raised on the way. */
async function unlock(passphrase: Uint8Array): Promise<unknown> {
  const challenge = vault().kdf_challenge();
  const raised = vault().raised_kdf_challenge();
  // Deriving hands the bytes over to another worker.
  const again = raised ? passphrase.slice() : new Uint8Array();
  return wipeAfter(again, async () => {
    const [kek] = await Promise.all([deriveKek(passphrase, challenge), vault().prefetch()]);
    return wipeAfter(kek, async () => {
      const opened = await vault().unlock(kek);
      if (raised && opened.session_key) await raise(kek, again, raised);
      return opened;
    });
  });
}

/** Where this fails the vault is open all the same, and the next unlock tries again. */
async function raise(before: Uint8Array, passphrase: Uint8Array, challenge: unknown): Promise<void> {
  try {
    await wipeAfter(await deriveKek(passphrase, challenge), (kek) =>
      vault().raise_kdf(before, challenge, kek),
    );
  } catch (error) {
    console.warn("Keepsake could not make the passphrase harder to guess.", error);
  }
}

async function refuseWeak(passphrase: Uint8Array, acceptWeak: boolean): Promise<void> {
  if (!acceptWeak && !(await assess(passphrase)).strong) throw WEAK;
}

/** The bytes of the proof and of the new passphrase are wiped, whatever comes of it. */
async function changePassphrase(proof: Proof, passphrase: Uint8Array): Promise<unknown> {
  const challenge = vault().new_kdf_challenge();
  const derive = () => deriveKek(passphrase, challenge);
  if ("code" in proof) {
    return wipeAfter(proof.code, async (code) =>
      wipeAfter(await derive(), (kek) => vault().change_passphrase_with_code(code, challenge, kek)),
    );
  }
  return wipeAfter(proof.passphrase, async (current) =>
    wipeAfter(await deriveKek(current, vault().kdf_challenge()), async (proven) =>
      wipeAfter(await derive(), (kek) => vault().change_passphrase(proven, challenge, kek)),
    ),
  );
}

let loading: Promise<unknown> | undefined;

/** The module that knows passphrases is large and loaded only where one is chosen. */
function dictionaries(): Promise<unknown> {
  loading ??= initPassphrase({ module_or_path: wasmUrl("passphrase", import.meta.url) });
  return loading;
}

async function assess(passphrase: Uint8Array): Promise<StrengthReport> {
  await dictionaries();
  return assess_passphrase(passphrase);
}

function vault(): Vault {
  if (!opened) throw new Error("the first call to the vault must be to open it");
  return opened;
}

/** Overwrites secret bytes after use, whatever came of it. */
async function wipeAfter<R>(bytes: Uint8Array, use: (bytes: Uint8Array) => Promise<R>): Promise<R> {
  try {
    return await use(bytes);
  } finally {
    // What was handed on to another worker is no longer here, and has no length.
    if (bytes.length > 0) bytes.fill(0);
  }
}

/** A trap leaves the instance's memory as it was in the middle of something: nothing more is to be asked of it. */
function crash(error: unknown): void {
  console.error("Keepsake's vault stopped.", error);
  post({ crashed: true });
}

function post(response: VaultResponse): void {
  self.postMessage(response);
}
