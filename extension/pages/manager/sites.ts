// Who is let in and who is kept out: grants and denials by asker, and the sites where Keepsake runs at all.

import { html, nothing, type TemplateResult } from "lit";
import { counted, formatDay, parts, t } from "../../components/i18n";
import { icon } from "../../components/icons";
import { owner } from "../../components/owner";
import {
  actionNames,
  deniedUntil,
  scopeChips,
  sensitivityName,
  spelled,
  subjectKey,
  subjectName,
  subjectNotes,
  untilWhen,
} from "../../components/terms";
import { failurePanel, waiting } from "../../components/vault";
import type { DenialView, GrantView, Subject, SubjectGrants, Topic } from "../../generated/messages";
import { Section } from "./section";

interface Asker {
  subject: Subject;
  grants: GrantView[];
  denials: DenialView[];
}

export class Sites extends Section {
  static override properties = { askers: { state: true }, idle: { state: true } };
  declare askers: Asker[];
  /** Match patterns of the sites that Firefox lets Keepsake run on, and that may do nothing. */
  declare idle: string[];
  protected override readonly topics: readonly Topic[] = ["grants", "state"];

  constructor() {
    super();
    this.askers = [];
    this.idle = [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    browser.permissions.onAdded.addListener(this.#permissionsChanged);
    browser.permissions.onRemoved.addListener(this.#permissionsChanged);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    browser.permissions.onAdded.removeListener(this.#permissionsChanged);
    browser.permissions.onRemoved.removeListener(this.#permissionsChanged);
  }

  protected override async fetch(): Promise<void> {
    const decided = await owner.command({ command: "grants" });
    const { origins = [] } = await browser.permissions.getAll();
    this.askers = byAsker(decided);
    this.idle = origins.filter((pattern) => !this.askers.some(({ subject }) => covers(pattern, subject)));
  }

  protected override render(): TemplateResult {
    return html`<div class="section-head"><h1>${t("section_sites")}</h1></div>
      <p class="soft lead">${t("sitesText")}</p>
      ${this.#list()}`;
  }

  #list(): unknown {
    if (this.failure !== undefined) return failurePanel(this.failure, () => void this.refresh());
    if (!this.loaded) return waiting(t("loading"));
    if (this.askers.length === 0 && this.idle.length === 0) {
      return html`<div class="nothing" data-testid="sites-empty">${icon("plug")}<h2>${t("sitesEmptyTitle")}</h2><p class="soft">${t("sitesEmptyText")}</p></div>`;
    }
    return html`<ul class="askers" aria-label=${t("section_sites")}>
      ${this.askers.map((asker) => this.#asker(asker))}
      ${this.idle.map(
        (pattern) =>
          html`<li class="card asker-card" data-testid="idle-site">
            <div class="row">
              <h2 class="origin">${pattern.replace(/\/\*$/, "")}</h2>
              <span class="chip">${t("siteIdle")}</span>
              <button class="quiet danger small push" data-testid="idle-disconnect" @click=${() => this.#removePermission(pattern)}>
                ${t("disconnectSite")}
              </button>
            </div>
          </li>`,
      )}
    </ul>`;
  }

  #asker({ subject, grants, denials }: Asker): unknown {
    return html`<li class="card asker-card" data-testid="subject" data-subject=${subjectName(subject)}>
      <div class="row">
        <h2 class="origin">${spelled(subjectName(subject))}</h2>
        ${subjectNotes(subject)}
        <button class="quiet danger small push" data-testid="disconnect-site" @click=${() => this.#disconnect(subject)}>
          ${subject.kind === "site" ? t("disconnectSite") : t("endAccess")}
        </button>
      </div>
      <ul class="decisions">
        ${grants.map((grant) => this.#grant(grant))} ${denials.map((denial) => this.#denial(denial))}
      </ul>
    </li>`;
  }

  #grant(grant: GrantView): unknown {
    return html`<li class="decision" data-testid="grant" data-id=${grant.id}>
      <div class="stack tight">
        <p>${t("grantMay", actionNames(grant.actions))}</p>
        ${scopeChips(grant.scopes)}
        <p class="small soft">
          ${untilWhen(grant)} · ${t("upTo", sensitivityName(grant.max_sensitivity))}
          ${grant.except > 0 ? html` · ${counted("grantExcept", grant.except)}` : nothing} ·
          ${t("grantGiven", formatDay(grant.created))}
        </p>
        ${grant.purpose ? html`<p class="small soft">${parts("grantPurpose", html`<q dir="auto">${grant.purpose}</q>`)}</p>` : nothing}
      </div>
      <button class="danger small" data-testid="grant-revoke" @click=${() => this.#revoke(grant.id, t("grantRevoked"))}>${t("revoke")}</button>
    </li>`;
  }

  #denial(denial: DenialView): unknown {
    return html`<li class="decision" data-testid="denial" data-id=${denial.id}>
      <div class="stack tight">
        <p>${t("siteDenied")}</p>
        <p class="small soft">${deniedUntil(denial)} · ${t("grantGiven", formatDay(denial.created))}</p>
      </div>
      <button class="small" data-testid="denial-lift" @click=${() => this.#revoke(denial.id, t("denialLifted"))}>${t("denialLift")}</button>
    </li>`;
  }

  #revoke(id: string, text: string): Promise<void> {
    return this.do(async () => {
      await owner.command({ command: "grant_revoke", id });
      return { text };
    });
  }

  #disconnect(subject: Subject): Promise<void> {
    return this.do(async () => {
      if (subject.kind === "site") await owner.call({ op: "disconnectSite", subject });
      else await owner.command({ command: "subject_revoke", subject });
      return { text: t("disconnected", subjectName(subject)) };
    });
  }

  #removePermission(pattern: string): Promise<void> {
    return this.do(async () => {
      await browser.permissions.remove({ origins: [pattern] });
      return { text: t("disconnected", pattern.replace(/\/\*$/, "")) };
    });
  }

  #permissionsChanged = (): void => this.changed(["grants"]);
}

function byAsker({ grants, denials }: SubjectGrants): Asker[] {
  const askers = new Map<string, Asker>();
  const of = (subject: Subject): Asker => {
    const key = subjectKey(subject);
    const asker = askers.get(key) ?? { subject, grants: [], denials: [] };
    askers.set(key, asker);
    return asker;
  };
  for (const grant of grants) of(grant.subject).grants.push(grant);
  for (const denial of denials) of(denial.subject).denials.push(denial);
  return [...askers.values()].sort((a, b) => subjectName(a.subject).localeCompare(subjectName(b.subject)));
}

/** Whether a match pattern, which knows no port, holds for the site. */
function covers(pattern: string, subject: Subject): boolean {
  if (subject.kind !== "site") return false;
  const { protocol, hostname } = new URL(subject.origin);
  return pattern === `${protocol}//${hostname}/*`;
}

customElements.define("ks-sites", Sites);
