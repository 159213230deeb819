// The first tab: says what Keepsake is, makes the vault with a passphrase, offers a recovery code, and shows the next steps.

import { html, nothing } from "lit";
import { PageElement } from "../../components/element";
import { nameDocument, t } from "../../components/i18n";
import { type IconName, icon } from "../../components/icons";
import { explain, failed, owner } from "../../components/owner";
import { wipeAfter } from "../../components/passphrase";
import { closedVault, VaultWatch } from "../../components/vault";
import type { ManagerSection } from "../../owner/protocol";
import "../../components/new-passphrase";
import type { Chosen, NewPassphrase } from "../../components/new-passphrase";
import "../../components/recovery";

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
    busy: { state: true },
    failure: { state: true },
    made: { state: true },
    recovery: { state: true },
    unchecked: { state: true },
    hasBackup: { state: true },
  };
  declare busy: boolean;
  declare failure: string;
  /** The vault was made here and now. */
  declare made: boolean;
  /** The person has yet to make a recovery code, or to say that they will later. */
  declare recovery: boolean;
  /** A code was made, and not typed back. */
  declare unchecked: boolean;
  /** What the vault is to hold comes out of a file. */
  declare hasBackup: boolean;
  readonly #vault = new VaultWatch(this);

  constructor() {
    super();
    this.busy = false;
    this.failure = "";
    this.made = false;
    this.recovery = false;
    this.unchecked = false;
    this.hasBackup = false;
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
    if (this.#vault.open) return this.recovery ? this.#recoveryStep() : this.#next();
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
    return html`<form class="stack" @submit=${this.#submit} @input=${this.#typed} @failed=${this.#suggestFailed} ?inert=${this.busy}>
        <div>
          <h2 id="create-heading">${t("createTitle")}</h2>
          <p class="soft">${t("createText")}</p>
        </div>
        <ks-new-passphrase label=${t("passphrase")} repeat-label=${t("passphraseRepeat")}></ks-new-passphrase>
        <div role="alert">
          ${this.failure ? html`<p class="notice danger" data-testid="create-failure">${icon("alert")}<span>${this.failure}</span></p>` : nothing}
        </div>
        <div class="choice">
          <input type="checkbox" id="has-backup" data-testid="has-backup" .checked=${this.hasBackup} @change=${this.#backupChosen} />
          <label for="has-backup">${t("hasBackup")}<span class="hint">${t("hasBackupHint")}</span></label>
        </div>
        <p class="forgotten small">${icon("key")}<span>${t("forgottenText")}</span></p>
        <button class="primary wide" data-testid="create-vault">${t(this.hasBackup ? "createForBackupButton" : "createButton")}</button>
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

  #recoveryStep(): unknown {
    return html`<section class="stack recovery-step" aria-labelledby="recovery-heading">
      <div class="stack tight">
        <span class="done-mark">${icon("key")}</span>
        <h1 class="display" id="recovery-heading" tabindex="-1">${t("recoveryStepTitle")}</h1>
        <p class="lead">${t("recoveryWhy")}</p>
      </div>
      <div class="card panel stack">
        <ks-recovery
          .existing=${false}
          @recoverymade=${this.#recoveryMade}
          @recoverydone=${this.#recoveryLeft}
        ></ks-recovery>
        <div>
          <button class="quiet small start" data-testid="recovery-later" @click=${this.#recoveryLeft}>
            ${t(this.unchecked ? "recoveryUnchecked" : "recoveryLater")}
          </button>
        </div>
      </div>
    </section>`;
  }

  #next(): unknown {
    return html`<section class="done stack" data-testid="onboarding-done">
      <div class="stack tight">
        <span class="done-mark">${icon("check")}</span>
        <h1 class="display" id="done-heading" tabindex="-1">${t(this.made ? "doneTitle" : "doneAlreadyTitle")}</h1>
        <p class="lead">${t("doneText")}</p>
      </div>
      <ol class="steps">
        ${this.hasBackup ? this.#restoreStep() : this.#importStep()}
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

  #importStep(): unknown {
    return html`<li class="card panel">
      <span class="promise-icon">${icon("tray")}</span>
      <h2>${t("stepImportTitle")}</h2>
      <p class="soft">${t("stepImportText")}</p>
      <button data-testid="go-import" @click=${() => this.#manager("import")}>${t("stepImportButton")}</button>
    </li>`;
  }

  #restoreStep(): unknown {
    return html`<li class="card panel">
      <span class="promise-icon">${icon("archive")}</span>
      <h2>${t("stepRestoreTitle")}</h2>
      <p class="soft">${t("stepRestoreText")}</p>
      <button data-testid="go-restore" @click=${() => this.#manager("backup")}>${t("stepRestoreButton")}</button>
    </li>`;
  }

  get #chosen(): NewPassphrase | null {
    return this.querySelector<NewPassphrase>("ks-new-passphrase");
  }

  #backupChosen = (event: Event): void => {
    this.hasBackup = (event.target as HTMLInputElement).checked;
  };

  #typed = (): void => {
    this.failure = "";
  };

  #suggestFailed = ({ detail }: CustomEvent<unknown>): void => {
    this.failure = explain(detail);
  };

  #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (this.busy) return;
    this.failure = "";
    try {
      const chosen = await this.#chosen?.read();
      if (chosen) await this.#create(chosen);
    } catch (error) {
      this.failure = explain(error);
      this.#chosen?.refused(error);
      if (failed(error, "vault_exists")) await this.#vault.refresh();
    }
  };

  async #create({ passphrase, acceptWeak }: Chosen): Promise<void> {
    this.busy = true;
    this.#chosen?.forget();
    try {
      await wipeAfter(passphrase, (bytes) => owner.call({ op: "create", passphrase: bytes, acceptWeak }));
      this.made = true;
      this.recovery = true;
      await this.#vault.refresh();
    } finally {
      this.busy = false;
    }
    await this.updateComplete;
    this.querySelector<HTMLElement>("#recovery-heading")?.focus();
  }

  #recoveryMade = (): void => {
    this.unchecked = true;
  };

  #recoveryLeft = async (): Promise<void> => {
    this.recovery = false;
    if (this.hasBackup) this.#manager("backup");
    await this.updateComplete;
    this.querySelector<HTMLElement>("#done-heading")?.focus();
  };

  #manager(section: ManagerSection): void {
    void owner.call({ op: "openManager", section });
  }
}

customElements.define("ks-onboarding", Onboarding);
