// The thorough look through everything that is stored: how far it is, what it found, what to do about it.

import { html, nothing, type TemplateResult } from "lit";
import { PageElement } from "../../../components/element";
import { counted, formatList, formatNumber, t } from "../../../components/i18n";
import { icon } from "../../../components/icons";
import { explain, failed, owner } from "../../../components/owner";
import type { Damage, Mended, Progress, Status } from "../../../generated/messages";

/** What a check came to, and how much there was to look at. */
interface Result {
  found: Damage;
  looked: Status;
  mended?: Mended;
}

export class VaultCheck extends PageElement {
  static override properties = {
    progress: { state: true },
    result: { state: true },
    stopped: { state: true },
    mending: { state: true },
    failure: { state: true },
  };
  /** How far the check that runs is. */
  declare progress: Progress | undefined;
  declare result: Result | undefined;
  /** The person ended it before it was through. */
  declare stopped: boolean;
  declare mending: boolean;
  declare failure: string;
  #turn = 0;

  constructor() {
    super();
    this.stopped = false;
    this.mending = false;
    this.failure = "";
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#turn += 1;
  }

  protected override render(): unknown {
    return html`<div class="stack">
      ${this.progress ? this.#running(this.progress) : this.#offer()}
      <div role="status" class="stack">${this.#outcome()}</div>
      <div role="alert">
        ${this.failure ? html`<p class="notice danger" data-testid="check-failure">${icon("alert")}<span>${this.failure}</span></p>` : nothing}
      </div>
    </div>`;
  }

  #offer(): unknown {
    return html`<p>${t("checkText")}</p>
      <div>
        <button type="button" data-testid="check" @click=${this.#check}>${t(this.result ? "checkAgain" : "checkStart")}</button>
      </div>`;
  }

  #running({ done, total }: Progress): unknown {
    return html`<div class="stack tight" data-testid="check-running">
      <h3 id="check-running">${t("checkRunning")}</h3>
      <progress aria-labelledby="check-running" max=${total} .value=${done}></progress>
      <p class="soft">${t("progressCount", done, formatNumber(total))}</p>
      <div><button type="button" data-testid="check-cancel" @click=${this.#cancel}>${t("checkCancel")}</button></div>
    </div>`;
  }

  #outcome(): unknown {
    if (this.progress) return nothing;
    if (this.stopped) return html`<p class="soft" data-testid="check-stopped">${t("checkStopped")}</p>`;
    if (!this.result) return nothing;
    const { found, looked, mended } = this.result;
    const damages = describe(found);
    return html`${mended ? this.#mended(mended, damages.length === 0) : nothing}
      ${damages.length > 0 ? this.#damages(damages, found) : mended ? nothing : sound(looked)}`;
  }

  #damages(damages: readonly TemplateResult[], found: Damage): unknown {
    return html`<div class="stack" data-testid="check-found">
      <p class="notice danger">${icon("alert")}<span>${t("checkFound")}</span></p>
      <dl class="damages">${damages}</dl>
      ${
        mendable(found)
          ? html`<div>
              <button type="button" class="primary" data-testid="mend" aria-disabled=${this.mending ? "true" : nothing} @click=${this.#mend}>
                ${this.mending ? html`<span class="spinner"></span>` : nothing}${t("mend")}
              </button>
            </div>`
          : nothing
      }
    </div>`;
  }

  #mended({ set_aside, recovered, erased }: Mended, entirely: boolean): unknown {
    const done = [
      set_aside > 0 ? counted("mendedAside", set_aside) : "",
      recovered > 0 ? counted("mendedRecovered", recovered) : "",
      erased > 0 ? counted("mendedErased", erased) : "",
    ].filter((each) => each !== "");
    return html`<div class="notice" data-testid="mended" tabindex="-1">
      ${icon("check")}
      <div class="stack tight">
        <p>${t(entirely ? "checkInOrder" : "mended")}</p>
        ${done.length > 0 ? html`<ul class="plain-list">${done.map((each) => html`<li>${each}</li>`)}</ul>` : nothing}
      </div>
    </div>`;
  }

  #check = async (): Promise<void> => {
    const turn = ++this.#turn;
    this.progress = { done: 0, total: 1 };
    this.result = undefined;
    this.stopped = false;
    this.failure = "";
    void this.updateComplete.then(() => this.find("check-cancel")?.focus());
    try {
      for (let restart = true; ; restart = false) {
        const { progress, finished, found } = await owner.command({ command: "check", restart });
        if (turn !== this.#turn) return;
        this.progress = progress;
        if (!finished) continue;
        const looked = await owner.command({ command: "status" });
        if (turn !== this.#turn) return;
        this.result = { found, looked };
        break;
      }
    } catch (error) {
      if (turn !== this.#turn) return;
      this.failure = explain(error);
    }
    await this.#over();
  };

  #cancel = async (): Promise<void> => {
    this.#turn += 1;
    this.stopped = true;
    await this.#over();
  };

  async #over(): Promise<void> {
    this.progress = undefined;
    await this.updateComplete;
    this.find("check")?.focus({ preventScroll: true });
  }

  #mend = async (): Promise<void> => {
    const { result } = this;
    if (!result || this.mending) return;
    this.mending = true;
    this.failure = "";
    try {
      const mended = await owner.command({ command: "check_mend" });
      const { header, receipts } = result.found;
      // Neither of these two can be put in order.
      const found = { header, receipts, memories: 0, uncatalogued: 0, strays: 0, proposals: 0, decisions: 0 };
      this.result = { ...result, found, mended };
      await this.updateComplete;
      this.find("mended")?.focus();
    } catch (error) {
      if (!failed(error, "locked", "no_vault")) this.failure = explain(error);
    } finally {
      this.mending = false;
    }
  };
}

/** Each sort of damage: what it is, what it means, what to do. */
function describe(found: Damage): TemplateResult[] {
  const { header, memories, uncatalogued, strays, proposals, decisions, receipts } = found;
  const entry = (name: string, what: string, meaning: unknown): TemplateResult =>
    html`<dt data-testid="damage-${name}">${what}</dt>
      <dd class="soft">${meaning}</dd>`;
  return [
    header ? [entry("header", t("damageHeader"), t("damageHeaderText"))] : [],
    memories > 0 ? [entry("memories", counted("damageMemories", memories), t("damageMemoriesText"))] : [],
    uncatalogued > 0
      ? [entry("uncatalogued", counted("damageUncatalogued", uncatalogued), t("damageUncataloguedText"))]
      : [],
    strays > 0 ? [entry("strays", counted("damageStrays", strays), t("damageStraysText"))] : [],
    proposals > 0
      ? [entry("proposals", counted("damageProposals", proposals), t("damageProposalsText"))]
      : [],
    decisions > 0
      ? [entry("decisions", counted("damageDecisions", decisions), t("damageDecisionsText"))]
      : [],
    receipts > 0 ? [entry("receipts", counted("damageReceipts", receipts), t("damageReceiptsText"))] : [],
  ].flat();
}

function mendable({ memories, uncatalogued, strays, proposals, decisions }: Damage): boolean {
  return memories + uncatalogued + strays + proposals + decisions > 0;
}

/** That nothing is amiss, and how much there was to look at. */
function sound({ memories, receipts, inbox, aside }: Status): TemplateResult {
  const looked = [
    counted("memories", memories),
    ...(receipts > 0 ? [counted("checkReceipts", receipts)] : []),
    ...(inbox > 0 ? [counted("checkProposals", inbox)] : []),
  ];
  return html`<div class="notice" data-testid="check-sound">
    ${icon("check")}
    <div class="stack tight">
      <p>${t(aside > 0 ? "checkSoundBut" : "checkSound")}</p>
      <p class="small">${t("checkLooked", formatList(looked))}</p>
    </div>
  </div>`;
}

customElements.define("ks-vault-check", VaultCheck);
