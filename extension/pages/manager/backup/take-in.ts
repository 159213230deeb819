// Taking a file in again: chosen, read, looked at before anything changes, then taken in step by step.

import { html, nothing, type PropertyDeclarations } from "lit";
import { PageElement } from "../../../components/element";
import { counted, formatMoment, formatNumber, t } from "../../../components/i18n";
import { icon } from "../../../components/icons";
import { failed, owner } from "../../../components/owner";
import { wipeAfter } from "../../../components/passphrase";
import "../../../components/proof-field";
import type { ProofField } from "../../../components/proof-field";
import type { Progress, RestorePreview } from "../../../generated/messages";
import { explainFile, looksLike, send } from "./incoming";
import { progressBar } from "./outgoing";

/** Where the person is on the way. */
type Step =
  | { at: "choose" }
  | { at: "passphrase"; file: File }
  | { at: "reading"; file: File; sealed: boolean; progress: Progress }
  | { at: "preview"; file: File; preview: RestorePreview }
  | { at: "taking"; progress: Progress }
  | { at: "done"; taken: number; receipts: number; finished: boolean; problem: string };

/** The numbers of a preview that tell of memories, in the order of the table. */
const ROWS = ["new", "newer", "repaired", "unchanged", "forgotten"] as const;

export class TakeIn extends PageElement {
  static override properties: PropertyDeclarations = {
    step: { state: true },
    bringBack: { state: true },
    problem: { state: true },
  };
  declare step: Step;
  /** Whether what was deleted here comes back too. */
  declare bringBack: boolean;
  declare problem: string;
  #turn = 0;
  #stopping = false;

  constructor() {
    super();
    this.step = { at: "choose" };
    this.bringBack = false;
    this.problem = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("pagehide", this.leave);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("pagehide", this.leave);
    // The vault that had read the file is locked.
    this.#turn += 1;
    this.step = { at: "choose" };
  }

  /** What was read and not taken in is let go of; what is being taken in goes on. */
  leave = (): void => {
    if (this.step.at !== "taking") this.#letGo();
  };

  protected override render(): unknown {
    return html`<div class="stack">
      ${this.#body(this.step)}
      <div role="alert">
        ${this.problem && this.step.at !== "passphrase" ? html`<p class="notice danger" data-testid="restore-problem">${icon("alert")}<span>${this.problem}</span></p>` : nothing}
      </div>
    </div>`;
  }

  #body(step: Step): unknown {
    switch (step.at) {
      case "choose":
        return this.#choose();
      case "passphrase":
        return this.#passphrase(step.file);
      case "reading":
        return progressBar(
          "restore",
          t(step.sealed ? "restoreOpening" : "restoreReading"),
          step.progress,
          this.#startOver,
        );
      case "preview":
        return this.#preview(step.file, step.preview);
      case "taking":
        return html`${progressBar("restore", t("restoreTaking"), step.progress, this.#stop)}
          <p class="small soft">${t("restoreStopHint")}</p>`;
      case "done":
        return this.#done(step);
    }
  }

  #choose(): unknown {
    return html`<div class="field">
      <label for="restore-file">${t("restoreChoose")}</label>
      <input
        id="restore-file"
        data-testid="restore-file"
        type="file"
        accept=".age,.jsonl"
        aria-describedby="restore-file-hint"
        @change=${this.#chosen}
      />
      <p class="hint" id="restore-file-hint">${t("restoreChooseHint")}</p>
    </div>`;
  }

  #passphrase(file: File): unknown {
    return html`<form class="stack file-form" @submit=${this.#open}>
      ${named(file)}
      <ks-proof-field name="restore" label=${t("restorePassphrase")} .problem=${this.problem}></ks-proof-field>
      <div class="row">
        <button class="primary" data-testid="restore-open">${t("restoreOpen")}</button>
        ${this.#another()}
      </div>
    </form>`;
  }

  #preview(file: File, preview: RestorePreview): unknown {
    const { forgotten, receipts, receipts_left } = preview;
    const changes = changesOf(preview, this.bringBack);
    return html`<div class="stack" data-testid="restore-preview">
      <h3 tabindex="-1" id="restore-preview">${t("restorePreview")}</h3>
      ${named(file)}
      <table class="counts">
        <caption class="small soft">${t("restoreTakenOut", formatMoment(preview.exported))}</caption>
        <tbody>
          ${ROWS.map((row) => count(row, preview[row], t(`restoreRow_${row}`), t(`restoreRow_${row}_hint`)))}
          ${count("receipts", receipts, t("restoreRow_receipts"), t("restoreRow_receipts_hint"))}
          ${
            receipts_left > 0
              ? count(
                  "receipts_left",
                  receipts_left,
                  t("restoreRow_receipts_left"),
                  t("restoreRow_receipts_left_hint"),
                )
              : nothing
          }
        </tbody>
      </table>
      ${
        forgotten > 0
          ? html`<div class="choice">
              <input
                type="checkbox"
                id="restore-bring-back"
                data-testid="restore-bring-back"
                .checked=${this.bringBack}
                @change=${this.#bringBackChosen}
              />
              <label for="restore-bring-back">${t("restoreBringBack")}<span class="hint">${t("restoreBringBackHint")}</span></label>
            </div>`
          : nothing
      }
      ${changes ? nothing : html`<p class="notice" role="status" data-testid="restore-nothing">${icon("check")}<span>${t(forgotten > 0 ? "restoreNothingTaken" : "restoreNothing")}</span></p>`}
      <div class="row">
        ${changes ? html`<button class="primary" data-testid="restore-run" @click=${this.#takeIn}>${t("restoreRun")}</button>` : nothing}
        ${this.#another()}
      </div>
    </div>`;
  }

  #done({ taken, receipts, finished, problem }: Extract<Step, { at: "done" }>): unknown {
    return html`<div class="stack" data-testid="restore-done" data-count=${taken} data-finished=${finished}>
      <div class="row">
        <span class="receipt-icon">${icon(finished ? "check" : "alert")}</span>
        <h3 tabindex="-1" id="restore-result">${counted("restoreDone", taken)}</h3>
      </div>
      ${problem ? html`<p class="notice danger" role="alert">${icon("alert")}<span>${problem}</span></p>` : nothing}
      ${finished ? nothing : html`<p>${t("restoreStopped")}</p>`}
      ${finished && receipts > 0 ? html`<p class="soft">${counted("restoreReceipts", receipts)}</p>` : nothing}
      <div class="row">
        <a class="button primary" href="#memories" data-testid="restore-see">${t("importSee")}</a>
        <button data-testid="restore-again" @click=${this.#startOver}>${t("restoreAnother")}</button>
      </div>
    </div>`;
  }

  #another(): unknown {
    return html`<button type="button" class="quiet" data-testid="restore-another" @click=${this.#startOver}>
      ${t("restoreAnother")}
    </button>`;
  }

  #chosen = async (event: Event): Promise<void> => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    if (!file) return;
    const turn = this.#letGo();
    try {
      const looks = await looksLike(file);
      if (turn !== this.#turn) return;
      if (looks === "clear") {
        await this.#read(file);
      } else if (looks === "sealed") {
        await this.#ask(file, "");
      } else {
        this.problem = t("restoreIsDump");
      }
    } catch (error) {
      if (turn === this.#turn) this.problem = explainFile(error, file);
    } finally {
      // The same file may be chosen again, mended.
      input.value = "";
    }
  };

  /** Asks for the passphrase of the file. */
  async #ask(file: File, problem: string): Promise<void> {
    this.problem = problem;
    this.step = { at: "passphrase", file };
    await this.updateComplete;
    await this.#field?.updateComplete;
    this.#field?.focus();
  }

  #open = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { step } = this;
    const field = this.#field;
    if (step.at !== "passphrase" || !field) return;
    if (!field.filled) {
      this.problem = field.missing;
      return;
    }
    const proof = field.take();
    if ("passphrase" in proof) await this.#read(step.file, proof.passphrase);
  };

  /** Has the vault read the file, and shows what it would change. */
  async #read(file: File, passphrase?: Uint8Array): Promise<void> {
    const turn = ++this.#turn;
    this.problem = "";
    this.bringBack = false;
    this.step = { at: "reading", file, sealed: passphrase !== undefined, progress: { done: 0, total: 0 } };
    try {
      await begin(passphrase);
      await send(file, (progress) => {
        if (turn !== this.#turn || this.step.at !== "reading") return false;
        this.step = { ...this.step, progress };
        return true;
      });
      if (turn !== this.#turn) return;
      const preview = await owner.command({ command: "restore_preview" });
      if (turn !== this.#turn) return;
      this.step = { at: "preview", file, preview };
      await this.updateComplete;
      this.querySelector<HTMLElement>("#restore-preview")?.focus();
    } catch (error) {
      if (turn !== this.#turn) return;
      const problem = explainFile(error, file);
      this.#letGo();
      if (failed(error, "wrong_archive_passphrase")) await this.#ask(file, problem);
      else await this.#refuse(problem);
    }
  }

  #takeIn = async (): Promise<void> => {
    const { step, bringBack } = this;
    if (step.at !== "preview") return;
    const { file, preview } = step;
    const turn = ++this.#turn;
    this.step = { at: "taking", progress: { done: 0, total: 0 } };
    this.#stopping = false;
    let taken = 0;
    try {
      for (let finished = false; !finished; ) {
        const reply = await owner.command({ command: "restore_step", bring_back: bringBack });
        taken = reply.taken;
        finished = reply.finished;
        if (turn !== this.#turn) return;
        if (this.#stopping && !finished) {
          await this.#stopped(taken, "");
          return;
        }
        this.step = { at: "taking", progress: reply.progress };
      }
      await this.#finish({ at: "done", taken, receipts: preview.receipts, finished: true, problem: "" });
    } catch (error) {
      if (turn === this.#turn) await this.#stopped(taken, explainFile(error, file));
    }
  };

  /** What is under way is carried out before it stops, so that the number of memories is right. */
  #stop = (): void => {
    this.#stopping = true;
  };

  #stopped(taken: number, problem: string): Promise<void> {
    this.#letGo();
    return this.#finish({ at: "done", taken, receipts: 0, finished: false, problem });
  }

  async #finish(step: Step): Promise<void> {
    this.step = step;
    await this.updateComplete;
    this.querySelector<HTMLElement>("#restore-result")?.focus();
  }

  #startOver = async (): Promise<void> => {
    this.#letGo();
    await this.updateComplete;
    this.find("restore-file")?.focus();
  };

  async #refuse(problem: string): Promise<void> {
    this.problem = problem;
    await this.updateComplete;
    this.find("restore-file")?.focus();
  }

  #bringBackChosen = (event: Event): void => {
    this.bringBack = (event.target as HTMLInputElement).checked;
  };

  get #field(): ProofField | null {
    return this.querySelector<ProofField>("ks-proof-field");
  }

  /** Back to the beginning: what the vault has read is forgotten there too. Answers the turn that begins. */
  #letGo(): number {
    const read = this.step.at === "reading" || this.step.at === "preview" || this.step.at === "taking";
    this.#turn += 1;
    this.problem = "";
    this.bringBack = false;
    this.#field?.forget();
    this.step = { at: "choose" };
    // A vault that is locked meanwhile has forgotten it already.
    if (read) owner.command({ command: "restore_drop" }).catch(() => undefined);
    return this.#turn;
  }
}

/** Tells the vault that a file comes, sealed where there is a passphrase. */
async function begin(passphrase: Uint8Array | undefined): Promise<void> {
  if (passphrase === undefined) await owner.call({ op: "restoreStart" });
  else await wipeAfter(passphrase, (passphrase) => owner.call({ op: "restoreStart", passphrase }));
}

/** Whether taking the file in would change anything. */
function changesOf(
  { new: added, newer, repaired, receipts, forgotten }: RestorePreview,
  bringBack: boolean,
): boolean {
  return added + newer + repaired + receipts > 0 || (bringBack && forgotten > 0);
}

function named(file: File): unknown {
  return html`<p class="origin" data-testid="restore-name">${file.name}</p>`;
}

function count(id: string, n: number, label: string, hint: string): unknown {
  return html`<tr class=${n === 0 ? "soft" : nothing}>
    <th scope="row">${label}<span class="hint">${hint}</span></th>
    <td data-testid="restore-count" data-row=${id}>${formatNumber(n)}</td>
  </tr>`;
}

customElements.define("ks-take-in", TakeIn);
