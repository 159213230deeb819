// Making a recovery code: shows it this once, and has the person prove with two of its groups that they kept it.

import { html, nothing } from "lit";
import { PageElement } from "./element";
import { formatDay, t } from "./i18n";
import { icon } from "./icons";
import { explain, owner } from "./owner";
import { problem } from "./problem";

/** How many groups have to be typed back. */
const CHECKED = 2;

const FILE_NAME = "keepsake-recovery-code.txt";

/** The code that was made, for as long as the person has not said that they are done with it. */
interface Made {
  groups: string[];
  at: number;
  /** The same as a text file. */
  file: string;
  /** The places of the groups to type back, in their order. */
  checked: number[];
}

export class Recovery extends PageElement {
  static override properties = {
    existing: { attribute: false },
    made: { state: true },
    step: { state: true },
    copied: { state: true },
    busy: { state: true },
    problems: { state: true },
    failure: { state: true },
  };
  /** There is a code already, which a new one ends. */
  declare existing: boolean;
  declare made: Made | undefined;
  declare step: "offer" | "confirm" | "show" | "check";
  declare copied: boolean;
  declare busy: boolean;
  declare problems: string[];
  declare failure: string;
  #forgotten = 0;

  constructor() {
    super();
    this.existing = false;
    this.step = "offer";
    this.copied = false;
    this.busy = false;
    this.problems = [];
    this.failure = "";
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.forget();
  }

  /** Takes the code out of the page. */
  forget(): void {
    this.#forgotten += 1;
    if (this.made) URL.revokeObjectURL(this.made.file);
    this.made = undefined;
    this.step = "offer";
    this.copied = false;
    this.problems = [];
    this.failure = "";
  }

  protected override render(): unknown {
    return html`<div class="stack">
      ${this.#step()}
      <div role="alert">
        ${this.failure ? html`<p class="notice danger" data-testid="recovery-failure">${icon("alert")}<span>${this.failure}</span></p>` : nothing}
      </div>
    </div>`;
  }

  #step(): unknown {
    const { made, step } = this;
    if (made && step === "show") return this.#show(made);
    if (made && step === "check") return this.#check(made);
    if (step === "confirm") {
      return html`<div class="notice caution" role="group" aria-labelledby="recovery-replace">
        ${icon("alert")}
        <div class="stack tight">
          <p id="recovery-replace">${t("recoveryReplace")}</p>
          <div class="row">
            <button type="button" data-testid="recovery-replace" @click=${this.#make}>${t("recoveryMakeNew")}</button>
            <button type="button" class="quiet" data-testid="recovery-cancel" @click=${this.#cancel}>${t("cancel")}</button>
          </div>
        </div>
      </div>`;
    }
    return html`<div>
      <button type="button" class=${this.existing ? nothing : "primary"} data-testid="recovery-make" @click=${this.#ask}>
        ${t(this.existing ? "recoveryMakeNew" : "recoveryMake")}
      </button>
    </div>`;
  }

  #show({ groups, at, file }: Made): unknown {
    return html`<div class="recovery-sheet print-sheet">
        <h1 class="print-only">${t("recoverySheetTitle")}</h1>
        <ol class="recovery-groups" data-testid="recovery-code" tabindex="-1" aria-label=${t("recoveryCode")}>
          ${groups.map((group) => html`<li>${group}</li>`)}
        </ol>
        <p class="print-only">${t("recoverySheetText")}</p>
        <p class="print-only">${t("recoveryMade", formatDay(at))}</p>
      </div>
      <div class="row">
        <button type="button" data-testid="recovery-copy" @click=${this.#copy}>
          ${icon(this.copied ? "check" : "copy")}<span role="status">${t(this.copied ? "copiedShort" : "copy")}</span>
        </button>
        <a class="button" data-testid="recovery-save" href=${file} download=${FILE_NAME}>${icon("tray")}${t("recoverySave")}</a>
        <button type="button" data-testid="recovery-print" @click=${() => window.print()}>
          ${icon("print")}${t("recoveryPrint")}
        </button>
      </div>
      <p>${t("recoveryKeep")}</p>
      <p class="small soft">${t("recoveryCounts")}</p>
      <div>
        <button type="button" class="primary" data-testid="recovery-kept" @click=${this.#kept}>${t("recoveryKept")}</button>
      </div>`;
  }

  #check({ groups, checked }: Made): unknown {
    return html`<form class="stack" @submit=${this.#submit}>
      <p>${t("recoveryCheck")}</p>
      <div class="recovery-check">
        ${checked.map(
          (place, index) =>
            html`<div class="field">
              <label for="recovery-check-${index + 1}">${t("recoveryGroup", place + 1, groups.length)}</label>
              <input
                id="recovery-check-${index + 1}"
                class="code"
                data-testid="recovery-check-${index + 1}"
                data-group=${place + 1}
                size="6"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck="false"
                aria-describedby="recovery-problem-${index + 1}"
                aria-invalid=${this.problems[index] ? "true" : nothing}
              />
              ${problem(`recovery-problem-${index + 1}`, this.problems[index])}
            </div>`,
        )}
      </div>
      <p class="small soft">${t("recoveryCounts")}</p>
      <div class="row">
        <button class="primary" data-testid="recovery-done">${t("recoveryDone")}</button>
        <button type="button" class="quiet" data-testid="recovery-back" @click=${this.#back}>${t("recoveryBack")}</button>
      </div>
    </form>`;
  }

  #ask = (): void => {
    if (this.existing) void this.#turn("confirm", "recovery-cancel");
    else void this.#make();
  };

  #cancel = (): void => void this.#turn("offer", "recovery-make");

  #make = async (): Promise<void> => {
    if (this.busy) return;
    this.busy = true;
    this.failure = "";
    const before = this.#forgotten;
    try {
      const code = await owner.command({ command: "recovery_make" });
      // Locked or left while it was made: it is not to be seen then.
      if (this.#forgotten !== before) return;
      this.made = prepare(code);
      this.dispatchEvent(new CustomEvent("recoverymade", { bubbles: true }));
      await this.#turn("show", "recovery-code");
    } catch (error) {
      this.failure = explain(error);
    } finally {
      this.busy = false;
    }
  };

  #copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(this.made?.groups.join("-") ?? "");
    this.copied = true;
  };

  #kept = (): void => void this.#turn("check", "recovery-check-1");

  #back = (): void => void this.#turn("show", "recovery-code");

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const { made } = this;
    if (!made) return;
    const fields = made.checked.map((_, index) => this.find<HTMLInputElement>(`recovery-check-${index + 1}`));
    this.problems = made.checked.map((place, index) =>
      asCode(fields[index]?.value ?? "") === made.groups[place] ? "" : t("recoveryCheckWrong"),
    );
    const wrong = this.problems.findIndex((each) => each !== "");
    if (wrong >= 0) {
      fields[wrong]?.focus();
      return;
    }
    this.forget();
    this.dispatchEvent(new CustomEvent("recoverydone", { bubbles: true }));
  };

  async #turn(step: typeof this.step, focused: string): Promise<void> {
    this.step = step;
    this.problems = [];
    await this.updateComplete;
    this.find(focused)?.focus();
  }
}

function prepare(code: string): Made {
  const groups = code.split("-");
  const at = Date.now();
  const lines = [t("recoverySheetTitle"), code, t("recoverySheetText"), t("recoveryMade", formatDay(at))];
  const text = new Blob([lines.join("\n\n"), "\n"], { type: "text/plain;charset=utf-8" });
  return { groups, at, file: URL.createObjectURL(text), checked: draw(CHECKED, groups.length) };
}

/** Some of the first `count` numbers, by chance and in their order. */
function draw(wanted: number, count: number): number[] {
  const drawn = new Set<number>();
  while (drawn.size < wanted) drawn.add(Math.floor(Math.random() * count));
  return [...drawn].sort((a, b) => a - b);
}

/** What was typed, in the letters that a code is written in. */
function asCode(typed: string): string {
  return typed.replace(/[\s-]/g, "").toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1");
}

customElements.define("ks-recovery", Recovery);
