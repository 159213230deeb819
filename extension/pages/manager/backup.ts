// The way out and the way back in: a backup of everything, a reminder to make one, and the copy of a damaged vault.

import { html, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { counted, formatDay, t } from "../../components/i18n";
import { type IconName, icon } from "../../components/icons";
import { owner } from "../../components/owner";
import { failurePanel, waiting } from "../../components/vault";
import type { Backup, Topic } from "../../generated/messages";
import "./backup/raw-copy";
import type { RawCopy } from "./backup/raw-copy";
import { reminderChoices } from "./backup/reminders";
import "./backup/take-in";
import type { TakeIn } from "./backup/take-in";
import "./backup/take-out";
import type { TakeOut } from "./backup/take-out";
import { Section } from "./section";

export class BackupSection extends Section {
  static override properties: PropertyDeclarations = { ...Section.properties, backup: { state: true } };
  declare backup: Backup | undefined;
  protected override readonly topics: readonly Topic[] = ["state"];
  /** Whoever comes to an empty vault has something to bring: it stays so while they are here. */
  #restoreFirst: boolean | undefined;

  protected override async fetch(): Promise<void> {
    const [backup, { memories }] = await Promise.all([
      owner.command({ command: "backup" }),
      owner.command({ command: "status" }),
    ]);
    this.#restoreFirst ??= memories === 0;
    this.backup = backup;
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has("active") || this.active) return;
    this.querySelector<TakeOut>("ks-take-out")?.leave();
    this.querySelector<TakeIn>("ks-take-in")?.leave();
    this.querySelector<RawCopy>("ks-raw-copy")?.leave();
  }

  protected override render(): TemplateResult {
    return html`<div class="section-head"><h1>${t("section_backup")}</h1></div>
      <p class="soft lead">${t("backupText")}</p>
      ${this.#body()}`;
  }

  #body(): unknown {
    if (this.failure !== undefined) return failurePanel(this.failure, () => void this.refresh());
    const { backup } = this;
    if (!backup) return waiting(t("loading"));
    const takeOut = [
      card(
        "archive",
        "takeOut",
        html`${this.#last(backup)}<p>${t("takeOutText")}</p><ks-take-out></ks-take-out>`,
      ),
      card("clock", "remind", this.#reminder(backup)),
    ];
    const takeIn = card("tray", "restore", html`<p>${t("restoreText")}</p><ks-take-in></ks-take-in>`);
    return html`${this.#restoreFirst ? [takeIn, ...takeOut] : [...takeOut, takeIn]}
      <details class="card protection damaged-vault" data-testid="when-damaged">
        <summary>${t("whenDamaged")}</summary>
        <ks-raw-copy></ks-raw-copy>
      </details>`;
  }

  #last({ exported, due }: Backup): unknown {
    const last = exported === undefined ? t("backupNever") : t("backupLast", formatDay(exported));
    return due
      ? html`<p class="notice caution" data-testid="backup-last">${icon("alert")}<span>${last} ${t("backupDueHere")}</span></p>`
      : html`<p class="soft" data-testid="backup-last">${last}</p>`;
  }

  #reminder({ remind_days }: Backup): unknown {
    return html`<div class="field idle">
        <label for="remind-days">${t("remindAfter")}</label>
        <select id="remind-days" data-testid="remind-days" aria-describedby="remind-text" @change=${this.#remind}>
          <option value="" ?selected=${remind_days === undefined}>${t("remindNever")}</option>
          ${reminderChoices(remind_days).map(
            (days) => html`<option value=${days} ?selected=${days === remind_days}>${every(days)}</option>`,
          )}
        </select>
      </div>
      <p class="soft" id="remind-text">${t("remindText")}</p>`;
  }

  #remind = (event: Event): Promise<void> =>
    this.do(async () => {
      const { value } = event.target as HTMLSelectElement;
      const days = value === "" ? {} : { days: Number(value) };
      this.backup = await owner.command({ command: "backup_remind", ...days });
      return { text: value === "" ? t("remindOff") : t("remindOn", every(Number(value))) };
    });
}

function card(drawing: IconName, title: "takeOut" | "remind" | "restore", content: unknown): unknown {
  return html`<section class="card protection" aria-labelledby="${title}-heading" data-testid="backup-${title}">
    <h2 id="${title}-heading" tabindex="-1">${icon(drawing)}${t(title)}</h2>
    ${content}
  </section>`;
}

/** How often, in words. */
function every(days: number): string {
  switch (days) {
    case 7:
      return t("remindWeek");
    case 30:
      return t("remindMonth");
    case 91:
      return t("remindQuarter");
    default:
      return counted("remindDays", days);
  }
}

customElements.define("ks-backup", BackupSection);
