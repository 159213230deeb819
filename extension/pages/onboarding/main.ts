// The first tab: says what Keepsake is, makes the vault with a passphrase, and shows the next steps.

import { html, nothing } from "lit";
import { PageElement } from "../../components/element";
import { nameDocument, t } from "../../components/i18n";
import { type IconName, icon } from "../../components/icons";
import { explain, failed, owner } from "../../components/owner";
import { readPassphrase, wipeAfter } from "../../components/passphrase";
import { debounce } from "../../components/refresh";
import { closedVault, VaultWatch } from "../../components/vault";
import type { StrengthReport } from "../../generated/messages";
import type { ManagerSection } from "../../owner/protocol";

const ASSESS_AFTER_MS = 200;
const STRENGTHS = ["strength_0", "strength_1", "strength_2", "strength_3", "strength_4"] as const;

const PROMISES: {
  icon: IconName;
  title: "promise1Title" | "promise2Title" | "promise3Title";
  text: "promise1Text" | "promise2Text" | "promise3Text";
}[] = [
  { icon: "lock", title: "promise1Title", text: "promise1Text" },
  { icon: "eye", title: "promise2Title", text: "promise2Text" },
  { icon: "receipt", title: "promise3Title", text: "promise3Text" },
];

class Onboarding extends PageElement {
  static override properties = {
    strength: { state: true },
    suggestion: { state: true },
    visible: { state: true },
    acceptWeak: { state: true },
    askWeak: { state: true },
    busy: { state: true },
    problems: { state: true },
    made: { state: true },
  };
  declare strength: StrengthReport | undefined;
  declare suggestion: string | undefined;
  declare visible: boolean;
  declare acceptWeak: boolean;
  /** The person wanted to go on with a weak passphrase. */
  declare askWeak: boolean;
  declare busy: boolean;
  declare problems: { passphrase?: string; repeat?: string; form?: string };
  /** The vault was made here and now. */
  declare made: boolean;
  readonly #vault = new VaultWatch(this);
  #assessed = 0;

  constructor() {
    super();
    this.visible = false;
    this.acceptWeak = false;
    this.askWeak = false;
    this.busy = false;
    this.problems = {};
    this.made = false;
    nameDocument(t("onboardingTitle"));
  }

  protected override render(): unknown {
    return html`<main class="page">
      <header class="brand"><img src="../../icons/keepsake.svg" alt="" />${t("extName")}</header>
      ${this.#body()}
    </main>`;
  }

  #body(): unknown {
    if (this.busy || this.#vault.status?.state === "none") return this.#welcome();
    if (this.#vault.open) return this.#next();
    return html`<div class="card panel narrow">${closedVault(this.#vault)}</div>`;
  }

  #welcome(): unknown {
    return html`<div class="welcome">
      <section class="stack intro">
        <h1 class="display">${t("welcomeTitle")}</h1>
        <p class="lead">${t("welcomeText")}</p>
        <ul class="promises">
          ${PROMISES.map(
            (promise) =>
              html`<li>
                <span class="promise-icon">${icon(promise.icon)}</span>
                <div><h2>${t(promise.title)}</h2><p class="soft">${t(promise.text)}</p></div>
              </li>`,
          )}
        </ul>
      </section>
      <section class="card panel" aria-labelledby="create-heading">${this.#form()}</section>
    </div>`;
  }

  #form(): unknown {
    const { problems } = this;
    return html`<form class="stack" @submit=${this.#submit} ?inert=${this.busy}>
        <div>
          <h2 id="create-heading">${t("createTitle")}</h2>
          <p class="soft">${t("createText")}</p>
        </div>
        <div class="field">
          <label for="passphrase">${t("passphrase")}</label>
          <div class="with-button">
            <input
              id="passphrase"
              data-testid="passphrase"
              type=${this.visible ? "text" : "password"}
              autocomplete="off"
              autocapitalize="none"
              spellcheck="false"
              aria-describedby="strength passphrase-problem"
              aria-invalid=${problems.passphrase ? "true" : nothing}
              @input=${this.#typed}
            />
            <button
              type="button"
              class="icon-only"
              data-testid="show-passphrase"
              aria-pressed=${this.visible}
              aria-label=${t("showPassphrase")}
              title=${t("showPassphrase")}
              @click=${this.#toggle}
            >
              ${icon(this.visible ? "eyeOff" : "eye")}
            </button>
          </div>
          ${this.#meter()} ${problem("passphrase-problem", problems.passphrase)}
        </div>
        ${this.#suggestion()}
        <div class="field">
          <label for="passphrase-repeat">${t("passphraseRepeat")}</label>
          <input
            id="passphrase-repeat"
            data-testid="passphrase-repeat"
            type=${this.visible ? "text" : "password"}
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            aria-describedby="repeat-problem"
            aria-invalid=${problems.repeat ? "true" : nothing}
            @input=${this.#repeated}
          />
          ${problem("repeat-problem", problems.repeat)}
        </div>
        <div role="alert">
          ${
            this.askWeak
              ? html`<div class="notice caution">
                  ${icon("alert")}
                  <div class="stack tight">
                    <p>${t("weakText")}</p>
                    <div class="choice">
                      <input
                        type="checkbox"
                        id="accept-weak"
                        data-testid="accept-weak"
                        .checked=${this.acceptWeak}
                        @change=${this.#acceptWeak}
                      />
                      <label for="accept-weak">${t("weakAccept")}</label>
                    </div>
                  </div>
                </div>`
              : nothing
          }
          ${problems.form ? html`<p class="notice danger" data-testid="create-failure">${icon("alert")}<span>${problems.form}</span></p>` : nothing}
        </div>
        <p class="forgotten small">${icon("key")}<span>${t("forgottenText")}</span></p>
        <button class="primary wide" data-testid="create-vault">${t("createButton")}</button>
      </form>
      ${
        this.busy
          ? html`<div class="creating" role="status" data-testid="creating">
              <span class="spinner"></span>
              <p><strong>${t("creatingTitle")}</strong><br />${t("creatingText")}</p>
            </div>`
          : nothing
      }`;
  }

  #meter(): unknown {
    const score = this.strength?.score;
    return html`<div class="meter" data-score=${score ?? nothing} aria-hidden="true">
        <span></span><span></span><span></span><span></span>
      </div>
      <p class="hint" id="strength" data-testid="strength" role="status">
        ${score === undefined ? t("passphraseHint") : t(STRENGTHS[score] ?? "strength_0")}
      </p>`;
  }

  #suggestion(): unknown {
    const { suggestion } = this;
    if (suggestion === undefined) {
      return html`<div>
        <button type="button" data-testid="suggest" @click=${this.#suggest}>${t("suggestButton")}</button>
      </div>`;
    }
    return html`<div class="suggested" role="group" aria-label=${t("suggestButton")}>
      <p class="words" data-testid="suggestion" role="status">${suggestion}</p>
      <p class="small soft">${t("suggestText")}</p>
      <div class="row">
        <button type="button" class="primary" data-testid="use-suggestion" @click=${this.#useSuggestion}>
          ${t("suggestUse")}
        </button>
        <button type="button" class="quiet" data-testid="suggest" @click=${this.#suggest}>${t("suggestOther")}</button>
      </div>
    </div>`;
  }

  #next(): unknown {
    return html`<section class="done stack" data-testid="onboarding-done">
      <div class="stack tight">
        <span class="done-mark">${icon("check")}</span>
        <h1 class="display" id="done-heading" tabindex="-1">${t(this.made ? "doneTitle" : "doneAlreadyTitle")}</h1>
        <p class="lead">${t("doneText")}</p>
      </div>
      <ol class="steps">
        <li class="card panel">
          <span class="promise-icon">${icon("tray")}</span>
          <h2>${t("stepImportTitle")}</h2>
          <p class="soft">${t("stepImportText")}</p>
          <button data-testid="go-import" @click=${() => this.#manager("import")}>${t("stepImportButton")}</button>
        </li>
        <li class="card panel">
          <span class="promise-icon">${icon("plug")}</span>
          <h2>${t("stepConnectTitle")}</h2>
          <p class="soft">${t("stepConnectText")}</p>
        </li>
        <li class="card panel">
          <span class="promise-icon">${icon("pin")}</span>
          <h2>${t("stepPinTitle")}</h2>
          <p class="soft">${t("stepPinText")}</p>
        </li>
      </ol>
      <div>
        <button class="primary" data-testid="go-manager" @click=${() => this.#manager("memories")}>${t("openManager")}</button>
      </div>
    </section>`;
  }

  get #field(): HTMLInputElement {
    return this.find<HTMLInputElement>("passphrase") as HTMLInputElement;
  }

  get #repeat(): HTMLInputElement {
    return this.find<HTMLInputElement>("passphrase-repeat") as HTMLInputElement;
  }

  #toggle = (): void => {
    this.visible = !this.visible;
  };

  #typed = (): void => {
    this.problems = {};
    this.askWeak = false;
    this.acceptWeak = false;
    this.#assessSoon();
  };

  #repeated = (): void => {
    if (this.problems.repeat) this.problems = {};
  };

  #acceptWeak = (event: Event): void => {
    this.acceptWeak = (event.target as HTMLInputElement).checked;
  };

  #assessSoon = debounce(ASSESS_AFTER_MS, () => void this.#assess().catch(() => undefined));

  /** Shows the strength, unless a later call overtook this one; answers nothing for an empty field. */
  async #assess(): Promise<StrengthReport | undefined> {
    const turn = ++this.#assessed;
    const field = this.find<HTMLInputElement>("passphrase");
    if (!field || field.value === "") {
      this.strength = undefined;
      return undefined;
    }
    const strength = await wipeAfter(readPassphrase(field), (passphrase) =>
      owner.call({ op: "assess", passphrase }),
    );
    if (turn === this.#assessed) this.strength = strength;
    return strength;
  }

  #suggest = async (): Promise<void> => {
    try {
      this.suggestion = await owner.call({ op: "suggest" });
      await this.updateComplete;
      this.find("use-suggestion")?.focus();
    } catch (error) {
      this.problems = { form: explain(error) };
    }
  };

  #useSuggestion = async (): Promise<void> => {
    this.#field.value = this.suggestion ?? "";
    this.#typed();
    // The words stand in the note that the person made of them; typing them proves that there is one.
    this.#repeat.value = "";
    this.#repeat.focus();
  };

  #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (this.busy) return;
    if (this.#field.value === "") return this.#refuse({ passphrase: t("passphraseMissing") }, this.#field);
    if (this.#repeat.value !== this.#field.value)
      return this.#refuse({ repeat: t("passphraseMismatch") }, this.#repeat);
    try {
      const strength = await this.#assess();
      if (!strength) return;
      if (!strength.strong && !this.acceptWeak) {
        this.askWeak = true;
        await this.updateComplete;
        this.find("accept-weak")?.focus();
        return;
      }
      await this.#create();
    } catch (error) {
      this.problems = { form: explain(error) };
      if (failed(error, "weak_passphrase")) this.askWeak = true;
      if (failed(error, "vault_exists")) await this.#vault.refresh();
    }
  };

  async #create(): Promise<void> {
    this.problems = {};
    this.busy = true;
    const passphrase = readPassphrase(this.#field);
    this.#field.value = "";
    this.#repeat.value = "";
    try {
      await wipeAfter(passphrase, (bytes) =>
        owner.call({ op: "create", passphrase: bytes, acceptWeak: this.acceptWeak }),
      );
      this.made = true;
      await this.#vault.refresh();
    } finally {
      this.busy = false;
      this.strength = undefined;
      this.suggestion = undefined;
      this.askWeak = false;
    }
    await this.updateComplete;
    this.querySelector<HTMLElement>("#done-heading")?.focus();
  }

  #refuse(problems: typeof this.problems, field: HTMLElement): void {
    this.problems = problems;
    field.focus();
  }

  #manager(section: ManagerSection): void {
    void owner.call({ op: "openManager", section });
  }
}

function problem(id: string, text: string | undefined): unknown {
  return html`<div id=${id} role="alert" data-testid=${id}>
    ${text ? html`<p class="problem">${icon("alert")}<span>${text}</span></p>` : nothing}
  </div>`;
}

customElements.define("ks-onboarding", Onboarding);
