// A file on its way out: fetched from the vault part by part, then held until the person has saved it.

import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import { t } from "../../../components/i18n";
import { icon } from "../../../components/icons";
import { explain, failed } from "../../../components/owner";
import type { Progress } from "../../../generated/messages";
import type { FilePart } from "../../../owner/protocol";
import { formatBytes } from "./sizes";

/** Where a file comes from, and what it is to be. */
export interface Source {
  name: string;
  type: string;
  start(): Promise<Progress>;
  part(number: number): Promise<FilePart>;
}

/** A file that can be saved. */
interface Ready {
  name: string;
  bytes: number;
  /** An object URL: as long as it is not revoked, the file stays in memory. */
  url: string;
}

export class OutgoingFile implements ReactiveController {
  /** How far it is, while it is being made. */
  progress: Progress | undefined;
  ready: Ready | undefined;
  /** Why it was not made. */
  problem = "";
  readonly #host: ReactiveControllerHost;
  #turn = 0;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.forget();
  }

  /** Makes a file; the one before is let go of. Done when it is ready, has failed, or was given up. */
  async make({ name, type, start, part }: Source): Promise<void> {
    this.forget();
    const turn = this.#turn;
    this.progress = { done: 0, total: 0 };
    try {
      this.#show(turn, await start());
      // Each part is a blob of its own, which Firefox keeps better than an array that grows.
      const parts: Blob[] = [];
      for (let finished = false; !finished && turn === this.#turn; ) {
        const made = await part(parts.length);
        // The bytes came out of a message: they stand in a buffer of their own.
        parts.push(new Blob([made.bytes as Uint8Array<ArrayBuffer>]));
        this.#show(turn, made.progress);
        finished = made.finished;
      }
      if (turn !== this.#turn) return;
      const file = new Blob(parts, { type });
      this.ready = { name, bytes: file.size, url: URL.createObjectURL(file) };
    } catch (error) {
      if (turn === this.#turn)
        this.problem = failed(error, "not_found", "locked") ? t("backupInterrupted") : explain(error);
    } finally {
      if (turn === this.#turn) this.progress = undefined;
      this.#host.requestUpdate();
    }
  }

  /** Gives up what is under way and lets go of what is ready. */
  forget(): void {
    this.#turn += 1;
    if (this.ready) URL.revokeObjectURL(this.ready.url);
    this.progress = undefined;
    this.ready = undefined;
    this.problem = "";
    this.#host.requestUpdate();
  }

  #show(turn: number, progress: Progress): void {
    if (turn !== this.#turn) return;
    this.progress = progress;
    this.#host.requestUpdate();
  }
}

/** How far something is, and the way to give it up. */
export function progressBar(
  id: string,
  text: string,
  { done, total }: Progress,
  cancel: () => void,
): TemplateResult {
  return html`<div class="stack" data-testid="${id}-running">
    <p id="${id}-running" role="status"><span class="spinner"></span> ${text}</p>
    ${
      total > 0
        ? html`<progress aria-labelledby="${id}-running" max=${total} .value=${done}></progress>`
        : html`<progress aria-labelledby="${id}-running"></progress>`
    }
    <div><button type="button" data-testid="${id}-cancel" @click=${cancel}>${t("cancel")}</button></div>
  </div>`;
}

/** The button that saves a file, which Firefox then does as with any download. */
export function saveLink(id: string, { name, bytes, url }: Ready, saved: () => void): TemplateResult {
  return html`<a class="button primary" href=${url} download=${name} data-testid="${id}-save" @click=${saved}>
    ${icon("tray")}<span>${t("backupSave", name, formatBytes(bytes))}</span>
  </a>`;
}
