// What leaves and enters as a file: an export, sealed or in the clear, and a raw dump. A part at a time, for a page to save.

import type { OwnerError, OwnerErrorCode, Progress, Reply } from "../generated/messages";
import initArchive, { ArchiveOpener, ArchiveSealer } from "../generated/wasm/archive.js";
import type { StoreDump, Vault } from "../generated/wasm/keepsake.js";
import type { FilePart } from "../owner/protocol";
import { isOwnerError, wasmUrl } from "./protocol";

/** One file on its way out: whoever asks for a part twice gets the same one. */
class Outgoing {
  readonly #make: () => Promise<FilePart>;
  #last: { part: number; made: FilePart } | undefined;

  constructor(make: () => Promise<FilePart>) {
    this.#make = make;
  }

  async part(part: number): Promise<FilePart> {
    if (this.#last?.part === part) return this.#last.made;
    if (part !== (this.#last?.part ?? -1) + 1) throw interrupted();
    const made = await this.#make();
    this.#last = { part, made };
    return made;
  }
}

/** The files that are under way, at most one of each kind. */
export class Files {
  #export: Outgoing | undefined;
  #dump: Outgoing | undefined;
  #restore: { opener: ArchiveOpener | undefined; next: number } | undefined;

  async exportStart(vault: Vault, passphrase: Uint8Array | undefined): Promise<Progress> {
    const sealer = passphrase && (await sealerFor(passphrase));
    const total = await command<"export_start">(vault, { command: "export_start" });
    this.#export = new Outgoing(async () => {
      const { text, progress, finished } = await command<"export_part">(vault, { command: "export_part" });
      const plain = new TextEncoder().encode(text);
      if (!sealer) return { bytes: plain, progress, finished };
      const sealed = sealer.push(plain);
      return { bytes: finished ? joined(sealed, sealer.finish()) : sealed, progress, finished };
    });
    return total;
  }

  exportPart(part: number): Promise<FilePart> {
    if (!this.#export) throw interrupted();
    return this.#export.part(part);
  }

  async restoreStart(vault: Vault, passphrase: Uint8Array | undefined): Promise<void> {
    const opener = passphrase && (await openerFor(passphrase));
    await command<"restore_start">(vault, { command: "restore_start" });
    this.#restore = { opener, next: 0 };
  }

  restorePart(vault: Vault, part: number, bytes: Uint8Array, last: boolean): undefined {
    const restore = this.#restore;
    if (!restore || part > restore.next) throw interrupted();
    if (part < restore.next) return;
    const { opener } = restore;
    try {
      vault.restore_read(opener ? opener.push(bytes) : bytes);
      if (last && opener) vault.restore_read(opener.finish());
    } catch (error) {
      throw explained(error);
    }
    restore.next += 1;
  }

  dumpStart(dump: StoreDump): Progress {
    this.#dump = new Outgoing(async () => dump.part() as Promise<FilePart>);
    return dump.progress() as Progress;
  }

  dumpPart(part: number): Promise<FilePart> {
    if (!this.#dump) throw interrupted();
    return this.#dump.part(part);
  }
}

async function sealerFor(passphrase: Uint8Array): Promise<ArchiveSealer> {
  await archive();
  try {
    return new ArchiveSealer(passphrase);
  } catch (error) {
    throw explained(error);
  }
}

async function openerFor(passphrase: Uint8Array): Promise<ArchiveOpener> {
  await archive();
  try {
    return new ArchiveOpener(passphrase);
  } catch (error) {
    throw explained(error);
  }
}

let loading: Promise<unknown> | undefined;

/** The module that knows age is large and loaded only where something is taken out or in. */
function archive(): Promise<unknown> {
  loading ??= initArchive({ module_or_path: wasmUrl("archive", import.meta.url) });
  return loading;
}

/** A command to the vault itself, on the way of something larger: it has no effect that anybody waits for. */
async function command<C extends Reply["command"]>(
  vault: Vault,
  asked: { command: C },
): Promise<Extract<Reply, { command: C }> extends { reply: infer R } ? R : undefined> {
  const { reply, error } = await vault.command(asked);
  if (error) throw error;
  return reply?.reply;
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

const CODES: Record<string, OwnerErrorCode> = {
  wrong_passphrase: "wrong_archive_passphrase",
  damaged: "damaged_archive",
  not_an_archive: "not_an_archive",
  too_costly: "not_an_archive",
};

/** What the archive's module throws, in the owner's terms. */
function explained(error: unknown): unknown {
  if (!isOwnerError(error)) return error;
  return { ...error, code: CODES[error.code] ?? error.code } satisfies OwnerError;
}

/** The background was suspended or the vault locked in between: what was under way is gone. */
function interrupted(): OwnerError {
  return { code: "not_found", message: "this was interrupted: begin anew" };
}
