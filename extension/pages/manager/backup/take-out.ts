// Taking everything out: as an age file under a passphrase of its own, or in the clear for who insists.

import { html, nothing, type PropertyDeclarations } from "lit";
import { PageElement } from "../../../components/element";
import { parts, t } from "../../../components/i18n";
import { icon } from "../../../components/icons";
import { owner } from "../../../components/owner";
import { wipeAfter } from "../../../components/passphrase";
import "../../../components/new-passphrase";
import type { NewPassphrase } from "../../../components/new-passphrase";
import type { Progress } from "../../../generated/messages";
import { OutgoingFile, progressBar, saveLink } from "./outgoing";
import { datedName } from "./sizes";

export class TakeOut extends PageElement {
  static override properties: PropertyDeclarations = {
    sealed: { state: true },
    understood: { state: true },
    askUnderstood: { state: true },
    saved: { state: true },
  };
  /** Whether the file is to be sealed. */
  declare sealed: boolean;
  /** The person has said that they know what a file in the clear means. */
  declare understood: boolean;
  /** They wanted to go on without having said so. */
  declare askUnderstood: boolean;
  /** The person has clicked on the link that saves the file. */
  declare saved: boolean;
  readonly #file = new OutgoingFile(this);

  constructor() {
    super();
    this.sealed = true;
    this.understood = false;
    this.askUnderstood = false;
    this.saved = false;
  }

  /** Nothing of it stays in a page that nobody looks at; what is still being made goes on. */
  leave(): void {
    this.#chosen?.forget();
    if (this.#file.ready) this.#again();
  }

  protected override render(): unknown {
    const { progress, ready, problem } = this.#file;
    return html`<div class="stack">
      ${
        progress
          ? progressBar(
              "take-out",
              t(this.sealed ? "takeOutSealing" : "takeOutRunning"),
              progress,
              this.#cancel,
            )
          : ready
            ? this.#ready()
            : this.#form()
      }
      <div role="alert">
        ${problem ? html`<p class="notice danger" data-testid="take-out-problem">${icon("alert")}<span>${problem}</span></p>` : nothing}
      </div>
    </div>`;
  }

  #form(): unknown {
    const { sealed } = this;
    return html`<form class="stack file-form" @submit=${this.#submit}>
      <fieldset class="stack tight">
        <legend class="label">${t("takeOutHow")}</legend>
        ${this.#choice("sealed", sealed, "takeOutSealed", "takeOutSealedHint")}
        ${this.#choice("clear", !sealed, "takeOutClear", "takeOutClearHint")}
      </fieldset>
      ${
        sealed
          ? html`<ks-new-passphrase
                name="take-out"
                label=${t("takeOutPassphrase")}
                repeat-label=${t("takeOutPassphraseRepeat")}
                weak-text=${t("takeOutWeak")}
              ></ks-new-passphrase>
              <p class="small soft">${t("takeOutForgotten")}</p>`
          : this.#warning()
      }
      <div>
        <button class=${sealed ? "primary" : "danger"} data-testid="take-out-start">
          ${t(sealed ? "takeOutStart" : "takeOutStartClear")}
        </button>
      </div>
    </form>`;
  }

  #choice(
    value: "sealed" | "clear",
    checked: boolean,
    label: "takeOutSealed" | "takeOutClear",
    hint: "takeOutSealedHint" | "takeOutClearHint",
  ): unknown {
    return html`<div class="choice">
      <input
        type="radio"
        name="take-out-how"
        id="take-out-${value}"
        data-testid="take-out-${value}"
        value=${value}
        .checked=${checked}
        @change=${this.#choose}
      />
      <label for="take-out-${value}">${t(label)}<span class="hint">${t(hint)}</span></label>
    </div>`;
  }

  #warning(): unknown {
    return html`<div class="notice danger">
      ${icon("alert")}
      <div class="stack tight">
        <p>${t("takeOutClearWarning")}</p>
        <div class="choice">
          <input
            type="checkbox"
            id="take-out-understood"
            data-testid="take-out-understood"
            aria-describedby="take-out-understood-problem"
            aria-invalid=${this.askUnderstood ? "true" : nothing}
            .checked=${this.understood}
            @change=${this.#understand}
          />
          <label for="take-out-understood">${t("takeOutUnderstood")}</label>
        </div>
        <div id="take-out-understood-problem" role="alert" data-testid="take-out-understood-problem">
          ${this.askUnderstood ? html`<p class="problem">${icon("alert")}<span>${t("takeOutUnderstoodMissing")}</span></p>` : nothing}
        </div>
      </div>
    </div>`;
  }

  #ready(): unknown {
    const { ready } = this.#file;
    if (!ready) return nothing;
    return html`<div class="stack" data-testid="take-out-ready">
      <h3 tabindex="-1" id="take-out-ready">${t("takeOutReady")}</h3>
      <div class="row">
        ${saveLink("take-out", ready, this.#save)}
        <button class="quiet" data-testid="take-out-again" @click=${this.#again}>${t(this.saved ? "recoveryDone" : "takeOutAgain")}</button>
      </div>
      <div role="status">
        ${this.saved ? html`<p class="notice" data-testid="take-out-saved">${icon("check")}<span>${t("takeOutSaved")}</span></p>` : nothing}
      </div>
      ${
        this.sealed
          ? html`<p class="small soft">
              ${parts("takeOutOpens", html`<code class="command">age -d -o memories.jsonl ${ready.name}</code>`)}
            </p>`
          : nothing
      }
    </div>`;
  }

  get #chosen(): NewPassphrase | null {
    return this.querySelector<NewPassphrase>("ks-new-passphrase");
  }

  #choose = (event: Event): void => {
    this.#chosen?.forget();
    this.sealed = (event.target as HTMLInputElement).value === "sealed";
    this.understood = false;
    this.askUnderstood = false;
  };

  #understand = (event: Event): void => {
    this.understood = (event.target as HTMLInputElement).checked;
    this.askUnderstood = false;
  };

  #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (this.sealed) {
      await this.#seal();
    } else if (this.understood) {
      await this.#make(".jsonl", "application/jsonl", () => owner.call({ op: "exportStart" }));
    } else {
      this.askUnderstood = true;
      this.find("take-out-understood")?.focus();
    }
  };

  async #seal(): Promise<void> {
    try {
      const chosen = await this.#chosen?.read();
      if (!chosen) return;
      this.#chosen?.forget();
      await this.#make(".age", "application/octet-stream", () =>
        wipeAfter(chosen.passphrase, (passphrase) => owner.call({ op: "exportStart", passphrase })),
      );
    } catch (error) {
      this.dispatchEvent(new CustomEvent("failed", { detail: error, bubbles: true }));
    }
  }

  async #make(ending: string, type: string, start: () => Promise<Progress>): Promise<void> {
    this.saved = false;
    await this.#file.make({
      name: datedName(ending),
      type,
      start,
      part: (part) => owner.call({ op: "exportPart", part }),
    });
    await this.updateComplete;
    this.querySelector<HTMLElement>("#take-out-ready")?.focus();
  }

  #cancel = async (): Promise<void> => {
    this.#file.forget();
    await this.updateComplete;
    this.find("take-out-start")?.focus();
  };

  #save = async (): Promise<void> => {
    this.saved = true;
    try {
      await owner.command({ command: "export_done" });
    } catch (error) {
      this.dispatchEvent(new CustomEvent("failed", { detail: error, bubbles: true }));
    }
  };

  #again = (): void => {
    this.#file.forget();
    this.saved = false;
    this.understood = false;
  };
}

customElements.define("ks-take-out", TakeOut);
