// What opens the vault and when it closes, how long memories are kept, whether it is sound, and the end of it all.

import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { Countdown } from "../../components/countdown";
import { formatDay, formatMinutes, parts, t } from "../../components/i18n";
import { type IconName, icon } from "../../components/icons";
import { explain, failed, owner } from "../../components/owner";
import { firstOf } from "../../components/pages";
import { wipeAfter, wipeProofAfter } from "../../components/passphrase";
import { failurePanel, waiting } from "../../components/vault";
import type { AsidePage, Protection, RetentionRule, Scope, Status, Topic } from "../../generated/messages";
import "../../components/forget-everything";
import "../../components/new-passphrase";
import type { Chosen, NewPassphrase } from "../../components/new-passphrase";
import "../../components/proof-field";
import type { ProofField } from "../../components/proof-field";
import "../../components/recovery";
import type { Recovery } from "../../components/recovery";
import "./protection/aside";
import "./protection/check";
import "./protection/retention";
import "./protection/vault-key";
import type { VaultKey } from "./protection/vault-key";
import { Section } from "./section";

type CardTitle =
  | "passphrase"
  | "recoveryCode"
  | "locking"
  | "retention"
  | "vaultKey"
  | "check"
  | "aside"
  | "forgetAll";

const ASIDE_PAGE = 50;
const IDLE_MINUTES = [1, 5, 15, 30, 60, 240];

export class ProtectionSection extends Section {
  static override properties: PropertyDeclarations = {
    ...Section.properties,
    openedWithCode: { attribute: false },
    protection: { state: true },
    status: { state: true },
    aside: { state: true },
    rules: { state: true },
    scopes: { state: true },
    shortcut: { state: true },
    withCode: { state: true },
    busy: { state: true },
    problem: { state: true },
  };
  /** The person may have forgotten the passphrase. */
  declare openedWithCode: boolean;
  declare protection: Protection | undefined;
  declare status: Status | undefined;
  /** What is set aside; none where nothing is. */
  declare aside: AsidePage | undefined;
  declare rules: RetentionRule[];
  declare scopes: Scope[];
  /** The keys that lock the vault, where there are any. */
  declare shortcut: string;
  /** Whether they show with the recovery code that they may change the passphrase. */
  declare withCode: boolean;
  declare busy: boolean;
  declare problem: string;
  protected override readonly topics: readonly Topic[] = ["state", "memories"];
  readonly #wait = new Countdown(this);
  #asideWanted = ASIDE_PAGE;

  constructor() {
    super();
    this.openedWithCode = false;
    this.rules = [];
    this.scopes = [];
    this.shortcut = "";
    this.withCode = false;
    this.busy = false;
    this.problem = "";
  }

  protected override async fetch(): Promise<void> {
    const [protection, status, rules, scopes, commands] = await Promise.all([
      owner.command({ command: "protection" }),
      owner.command({ command: "status" }),
      owner.command({ command: "retention" }),
      owner.command({ command: "scopes" }),
      browser.commands.getAll(),
    ]);
    this.aside =
      status.aside > 0
        ? await firstOf(this.#asideWanted, (part) => owner.command({ command: "aside", ...part }))
        : undefined;
    this.protection = protection;
    this.status = status;
    this.rules = rules;
    this.scopes = scopes.map(({ name }) => name);
    this.shortcut = commands.find(({ name }) => name === "lock")?.shortcut ?? "";
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has("openedWithCode") && this.openedWithCode) this.withCode = true;
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has("active") || this.active) return;
    // Nothing that opens the vault stays in a section that nobody looks at.
    this.querySelector<Recovery>("ks-recovery")?.forget();
    this.#proof?.forget();
    this.#chosen?.forget();
    this.querySelector<VaultKey>("ks-vault-key")?.forget();
    this.problem = "";
  }

  /** Brings what is to be done about damage before the person's eyes. */
  async showDamage(): Promise<void> {
    await this.refresh();
    await this.updateComplete;
    const aside = this.status?.damaged === 0 && this.aside !== undefined;
    this.#turnTo(aside ? "#aside-heading" : "#check-heading");
  }

  protected override render(): TemplateResult {
    return html`<div class="section-head"><h1>${t("section_protection")}</h1></div>
      <p class="soft lead">${t("protectionText")}</p>
      ${this.#body()}`;
  }

  #body(): unknown {
    if (this.failure !== undefined) return failurePanel(this.failure, () => void this.refresh());
    const { protection } = this;
    if (!protection) return waiting(t("loading"));
    return html`${this.#card("key", "passphrase", this.#passphrase(protection))}
      ${this.#card("shield", "recoveryCode", this.#recovery(protection))}
      ${this.#card("lock", "locking", this.#locking(protection))}
      ${this.#card("clock", "retention", html`<ks-retention .rules=${this.rules} .scopes=${this.scopes}></ks-retention>`)}
      ${this.#card("key", "vaultKey", this.#key(protection))}
      ${this.#card("search", "check", html`<ks-vault-check></ks-vault-check>`)}
      ${
        this.aside && this.aside.total > 0
          ? this.#card(
              "alert",
              "aside",
              html`<ks-aside .page=${this.aside} @morewanted=${this.#moreAside}></ks-aside>`,
            )
          : nothing
      }
      ${this.#card("trash", "forgetAll", html`<ks-forget-everything></ks-forget-everything>`, "danger-zone")}`;
  }

  #card(drawing: IconName, title: CardTitle, content: unknown, look = ""): unknown {
    return html`<section class="card protection ${look}" aria-labelledby="${title}-heading" data-testid="card-${title}">
      <h2 id="${title}-heading" tabindex="-1">${icon(drawing)}${t(title)}</h2>
      ${content}
    </section>`;
  }

  #passphrase({ passphrase_made }: Protection): unknown {
    const wait = this.#wait.seconds;
    return html`<p class="soft" data-testid="passphrase-made">${t("passphraseMade", formatDay(passphrase_made))}</p>
      <form class="stack change-passphrase" @submit=${this.#change}>
        <div class="stack tight">
          <ks-proof-field
            name="current"
            label=${t("passphraseCurrent")}
            .withCode=${this.withCode}
            .busy=${this.busy}
            .problem=${this.problem}
            .wait=${wait}
          ></ks-proof-field>
          <div>
            <button type="button" class="quiet small start" data-testid="use-code-instead" @click=${this.#switch}>
              ${t(this.withCode ? "usePassphrase" : "useCode")}
            </button>
          </div>
        </div>
        <ks-new-passphrase label=${t("passphraseNew")} repeat-label=${t("passphraseNewRepeat")}></ks-new-passphrase>
        <p class="small soft">${t("passphraseChangeText")}</p>
        <div>
          <button
            class="primary"
            data-testid="change-passphrase"
            ?disabled=${wait > 0}
            aria-disabled=${this.busy ? "true" : nothing}
          >
            ${this.busy ? html`<span class="spinner"></span>${t("passphraseChanging")}` : t("passphraseChange")}
          </button>
        </div>
      </form>`;
  }

  #recovery({ recovery_made }: Protection): unknown {
    return html`${
      recovery_made === undefined
        ? html`<p class="notice caution" data-testid="recovery-none">${icon("alert")}<span>${t("recoveryNone")}</span></p>`
        : html`<p class="soft" data-testid="recovery-made">${t("recoveryMade", formatDay(recovery_made))}</p>`
    }
      <p>${t("recoveryWhy")}</p>
      <ks-recovery .existing=${recovery_made !== undefined} @recoverydone=${this.#recoveryDone}></ks-recovery>`;
  }

  #locking({ idle_minutes }: Protection): unknown {
    const choices = [...new Set([...IDLE_MINUTES, idle_minutes])].sort((a, b) => a - b);
    return html`<div class="field idle">
        <label for="idle-minutes">${t("lockingAfter")}</label>
        <select id="idle-minutes" data-testid="idle-minutes" aria-describedby="locking-text" @change=${this.#idle}>
          ${choices.map(
            (minutes) =>
              html`<option value=${minutes} ?selected=${minutes === idle_minutes}>${formatMinutes(minutes)}</option>`,
          )}
        </select>
      </div>
      <p class="soft" id="locking-text">
        ${this.shortcut ? parts("lockingTextKeys", keys(this.shortcut)) : t("lockingText")}
      </p>`;
  }

  #key({ key_made, recovery_made }: Protection): unknown {
    return html`<ks-vault-key
      .made=${key_made}
      .rotation=${this.status?.rotation}
      .hasCode=${recovery_made !== undefined}
      @rotationbegun=${this.#rotationBegun}
      @codewanted=${this.#codeWanted}
    ></ks-vault-key>`;
  }

  get #proof(): ProofField | null {
    return this.querySelector<ProofField>('ks-proof-field[name="current"]');
  }

  get #chosen(): NewPassphrase | null {
    return this.querySelector<NewPassphrase>("ks-new-passphrase");
  }

  #switch = async (): Promise<void> => {
    if (this.busy) return;
    this.withCode = !this.withCode;
    this.problem = "";
    await this.updateComplete;
    await this.#proof?.updateComplete;
    this.#proof?.focus();
  };

  #change = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const field = this.#proof;
    if (!field || this.busy || this.#wait.seconds > 0) return;
    this.problem = "";
    if (!field.filled) {
      this.problem = field.missing;
      return;
    }
    this.busy = true;
    try {
      const chosen = await this.#chosen?.read();
      if (chosen) await this.#carryOut(chosen, field);
    } catch (error) {
      this.#refused(error, field);
    } finally {
      this.busy = false;
    }
  };

  async #carryOut({ passphrase, acceptWeak }: Chosen, field: ProofField): Promise<void> {
    await wipeAfter(passphrase, (passphrase) =>
      wipeProofAfter(field.take(), (proof) =>
        owner.call({ op: "changePassphrase", proof, passphrase, acceptWeak }),
      ),
    );
    this.#chosen?.forget();
    this.withCode = false;
    this.dispatchEvent(new CustomEvent("passphrasechanged", { bubbles: true }));
    this.dispatchEvent(new CustomEvent("done", { detail: { text: t("passphraseChanged") }, bubbles: true }));
    await this.refresh();
    this.querySelector<HTMLElement>("#passphrase-heading")?.focus();
  }

  #refused(error: unknown, field: ProofField): void {
    if (failed(error, "wait", "wrong_passphrase", "wrong_recovery_code", "mistyped_recovery_code")) {
      this.problem = explain(error);
      this.#wait.start(error.retryAfterMs ?? 0);
      field.focus();
    } else {
      this.#chosen?.refused(error);
      this.dispatchEvent(new CustomEvent("failed", { detail: error, bubbles: true }));
    }
  }

  #recoveryDone = (): void => {
    this.dispatchEvent(new CustomEvent("done", { detail: { text: t("recoveryChecked") }, bubbles: true }));
    this.querySelector<HTMLElement>("#recoveryCode-heading")?.focus();
  };

  #rotationBegun = async (): Promise<void> => {
    await this.refresh();
    await this.updateComplete;
    this.#turnTo("#vaultKey-heading");
  };

  #codeWanted = (): void => this.#turnTo('[data-testid="recovery-make"]');

  #moreAside = (): void => {
    this.#asideWanted += ASIDE_PAGE;
    void this.refresh();
  };

  #turnTo(target: string): void {
    const element = this.querySelector<HTMLElement>(target);
    element?.scrollIntoView({ block: "center" });
    element?.focus({ preventScroll: true });
  }

  #idle = (event: Event): Promise<void> =>
    this.do(async () => {
      const minutes = Number((event.target as HTMLSelectElement).value);
      this.protection = await owner.command({ command: "idle_change", minutes });
      return { text: t("lockingChanged", formatMinutes(minutes)) };
    });
}

/** A shortcut, key by key. */
function keys(shortcut: string): TemplateResult {
  return html`<span class="keys">${shortcut.split("+").map((key) => html`<kbd>${key}</kbd>`)}</span>`;
}

customElements.define("ks-protection", ProtectionSection);
