// Who is let in and who is kept out: grants, denials and rules by asker, and the sites where Keepsake runs at all.

import { html, nothing, type TemplateResult } from "lit";
import { counted, formatDay, parts, t } from "../../components/i18n";
import { icon } from "../../components/icons";
import { owner } from "../../components/owner";
import { isOfOneHost, isPatternOf } from "../../components/site-permissions";
import {
  actionNames,
  deniedUntil,
  limitNames,
  scopeChips,
  spelled,
  subjectKey,
  subjectName,
  subjectNotes,
  untilWhen,
} from "../../components/terms";
import { failurePanel, waiting } from "../../components/vault";
import type {
  BlockedView,
  DenialView,
  GrantView,
  Revoked,
  Subject,
  SubjectGrants,
  SubjectRule,
  Topic,
} from "../../generated/messages";
import { Section } from "./section";
import "./sites/any-site";
import { BlockEnds, blockedList } from "./sites/blocked";
import "./sites/grant-dialog";
import { type GrantDialog, settingsOf } from "./sites/grant-dialog";
import "./sites/left";
import type { Left } from "./sites/left";
import type { Deed } from "./undo";

interface Asker {
  subject: Subject;
  grants: GrantView[];
  denials: DenialView[];
  rule: SubjectRule;
}

export class Sites extends Section {
  static override properties = {
    askers: { state: true },
    idle: { state: true },
    blocked: { state: true },
    paused: { state: true },
  };
  declare askers: Asker[];
  /** Match patterns of the sites that Firefox lets Keepsake run on, and that may do nothing. */
  declare idle: string[];
  /** Who is blocked for asking too often. */
  declare blocked: BlockedView[];
  /** Whether nobody is answered. */
  declare paused: boolean;
  protected override readonly topics: readonly Topic[] = ["grants", "state", "consents"];
  readonly #blockEnds = new BlockEnds(this, () => void this.refresh());

  constructor() {
    super();
    this.askers = [];
    this.idle = [];
    this.blocked = [];
    this.paused = false;
    this.addEventListener("grantchanged", this.#grantChanged as EventListener);
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
    const [decided, blocked, { paused }] = await Promise.all([
      owner.command({ command: "grants" }),
      owner.command({ command: "blocked" }),
      owner.command({ command: "status" }),
    ]);
    const { origins = [] } = await browser.permissions.getAll();
    this.askers = byAsker(decided);
    this.blocked = blocked;
    this.paused = paused;
    this.#blockEnds.watch(blocked);
    const isIdle = (pattern: string) => !this.askers.some(({ subject }) => isPatternOf(pattern, subject));
    this.idle = origins.filter((pattern) => isOfOneHost(pattern) && isIdle(pattern));
  }

  protected override render(): TemplateResult {
    return html`<div class="section-head">
        <h1>${t("section_sites")}</h1>
        ${this.loaded && !this.paused ? html`<button data-testid="pause-all" @click=${() => this.#pauseAll(true)}>${icon("pause")}${t("pauseAll")}</button>` : nothing}
      </div>
      <p class="soft lead">${t("sitesText")}</p>
      <div role="status">
        ${
          this.paused
            ? html`<div class="notice caution paused-notice" data-testid="paused">
                ${icon("pause")}
                <p>${t("pausedAll")}</p>
                <button class="small" data-testid="resume-all" @click=${() => this.#pauseAll(false)}>${t("resume")}</button>
              </div>`
            : nothing
        }
      </div>
      ${this.#list()}
      <ks-any-site></ks-any-site>
      <ks-grant-dialog></ks-grant-dialog>
      <ks-left></ks-left>`;
  }

  #list(): unknown {
    if (this.failure !== undefined) return failurePanel(this.failure, () => void this.refresh());
    if (!this.loaded) return waiting(t("loading"));
    const blocked = blockedList(this.blocked, (subject) => void this.#liftBlock(subject));
    if (this.askers.length === 0 && this.idle.length === 0) {
      return html`${blocked}
        <div class="nothing" data-testid="sites-empty">${icon("plug")}<h2>${t("sitesEmptyTitle")}</h2><p class="soft">${t("sitesEmptyText")}</p></div>`;
    }
    return html`${blocked}
      <ul class="askers" aria-label=${t("section_sites")}>
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

  #asker({ subject, grants, denials, rule }: Asker): unknown {
    const name = subjectName(subject);
    return html`<li class="card asker-card" data-testid="subject" data-subject=${name}>
      <div class="row">
        <h2 class="origin">${spelled(name)}</h2>
        ${subjectNotes(subject)}
        ${rule.paused ? html`<span class="chip caution" data-testid="subject-paused">${icon("pause")}${t("paused")}</span>` : nothing}
        ${rule.each_time ? html`<span class="chip accent" data-testid="subject-each-time">${icon("eye")}${t("asksEachTime")}</span>` : nothing}
      </div>
      <div class="row subject-tools">
        <button class="small" data-testid="subject-pause" aria-label=${t(rule.paused ? "resumeSubject" : "pauseSubject", name)} @click=${() => this.#setRule({ ...rule, paused: !rule.paused })}>
          ${t(rule.paused ? "resume" : "pause")}
        </button>
        <button class="small" data-testid="subject-ask" aria-pressed=${rule.each_time} @click=${() => this.#setRule({ ...rule, each_time: !rule.each_time })}>
          ${t("askEachTime")}
        </button>
        <button class="small" data-testid="subject-known" @click=${() => this.#showLeft(subject)}>${t("seeLeft")}</button>
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
    const limits = limitNames(grant);
    return html`<li class="decision" data-testid="grant" data-id=${grant.id}>
      <div class="stack tight">
        <p>${t("grantMay", actionNames(grant.actions))}</p>
        ${scopeChips(grant.scopes)}
        ${
          limits.length > 0
            ? html`<p class="small" data-testid="grant-limits">
                ${limits.join(" · ")}
              </p>`
            : nothing
        }
        ${grant.accepts_writes ? html`<p class="small caution-text">${t("grantAcceptsOn")}</p>` : nothing}
        <p class="small soft">
          ${untilWhen(grant)} ${grant.except > 0 ? html` · ${counted("grantExcept", grant.except)}` : nothing} ·
          ${t("grantGiven", formatDay(grant.created))}
        </p>
        ${grant.purpose ? html`<p class="small soft">${parts("grantPurpose", html`<q dir="auto">${grant.purpose}</q>`)}</p>` : nothing}
      </div>
      <div class="row">
        <button class="small" data-testid="grant-change" @click=${() => this.#edit(grant)}>${t("grantChange")}</button>
        <button class="danger small" data-testid="grant-revoke" @click=${() => this.#revoke(grant)}>${t("revoke")}</button>
      </div>
    </li>`;
  }

  #denial(denial: DenialView): unknown {
    return html`<li class="decision" data-testid="denial" data-id=${denial.id}>
      <div class="stack tight">
        <p>${t("siteDenied")}</p>
        <p class="small soft">${deniedUntil(denial)} · ${t("grantGiven", formatDay(denial.created))}</p>
      </div>
      <button class="small" data-testid="denial-lift" @click=${() => this.#lift(denial.id)}>${t("denialLift")}</button>
    </li>`;
  }

  #pauseAll(paused: boolean): Promise<void> {
    const set = (paused: boolean) => owner.command({ command: "pause", paused });
    return this.do(async () => {
      await set(paused);
      return {
        text: t(paused ? "pausedAllNow" : "resumedAll"),
        undo: async () => {
          await set(!paused);
        },
      };
    });
  }

  #setRule(rule: SubjectRule): Promise<void> {
    const before = this.askers.find(({ subject }) => subjectKey(subject) === subjectKey(rule.subject))?.rule;
    return this.do(async () => {
      await owner.command({ command: "subject_rule_set", rule });
      const deed: Deed = { text: t("ruleSet", subjectName(rule.subject)) };
      if (before) {
        deed.undo = async () => {
          await owner.command({ command: "subject_rule_set", rule: before });
        };
      }
      return deed;
    });
  }

  #edit(grant: GrantView): Promise<void> {
    return this.do(async () => {
      await this.querySelector<GrantDialog>("ks-grant-dialog")?.edit(grant);
      return undefined;
    });
  }

  /** The dialog tells what the grant was. */
  #grantChanged = ({ detail: before }: CustomEvent<GrantView>): void => {
    void this.do(async () => ({
      text: t("grantChanged"),
      undo: async () => {
        await owner.command({ command: "grant_change", id: before.id, settings: settingsOf(before) });
      },
    }));
  };

  #revoke({ id, subject }: GrantView): Promise<void> {
    return this.do(async () => {
      const revoked = await owner.command({ command: "grant_revoke", id });
      return this.#tellLeft(subject, revoked, t("grantRevoked"));
    });
  }

  #lift(id: string): Promise<void> {
    return this.do(async () => {
      await owner.command({ command: "grant_revoke", id });
      return { text: t("denialLifted") };
    });
  }

  #liftBlock(subject: Subject): Promise<void> {
    return this.do(async () => {
      await owner.command({ command: "block_lift", subject });
      return { text: t("denialLifted") };
    });
  }

  #disconnect(subject: Subject): Promise<void> {
    return this.do(async () => {
      const text = t("disconnected", subjectName(subject));
      if (subject.kind === "extension") {
        return this.#tellLeft(subject, await owner.command({ command: "subject_revoke", subject }), text);
      }
      const { revoked, shared } = await owner.call({ op: "disconnectSite", subject });
      return this.#tellLeft(subject, revoked, shared ? t("disconnectedShared", subjectName(subject)) : text);
    });
  }

  /** What has left cannot be called back: the person sees what it was. */
  async #tellLeft(subject: Subject, revoked: Revoked | undefined, text: string): Promise<Deed> {
    if (revoked === undefined || revoked.known === 0) return { text: `${text} ${t("leftNothing")}` };
    await this.querySelector<Left>("ks-left")?.show(subject);
    return { text };
  }

  #showLeft(subject: Subject): Promise<void> {
    return this.do(async () => {
      await this.querySelector<Left>("ks-left")?.show(subject);
      return undefined;
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

function byAsker({ grants, denials, rules }: SubjectGrants): Asker[] {
  const askers = new Map<string, Asker>();
  const of = (subject: Subject): Asker => {
    const key = subjectKey(subject);
    const rule = { subject, paused: false, each_time: false };
    const asker = askers.get(key) ?? { subject, grants: [], denials: [], rule };
    askers.set(key, asker);
    return asker;
  };
  for (const grant of grants) of(grant.subject).grants.push(grant);
  for (const denial of denials) of(denial.subject).denials.push(denial);
  for (const rule of rules) of(rule.subject).rule = rule;
  return [...askers.values()].sort((a, b) => subjectName(a.subject).localeCompare(subjectName(b.subject)));
}

customElements.define("ks-sites", Sites);
