// The consent window: who asks for what, the very records that would leave, and the person's decision.

import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { PageElement } from "../../components/element";
import { counted, nameDocument, t } from "../../components/i18n";
import { icon } from "../../components/icons";
import { failed, owner } from "../../components/owner";
import { firstOf } from "../../components/pages";
import { coalesce, debounce } from "../../components/refresh";
import {
  actionNames,
  DURATIONS,
  durationName,
  EVERY_SCOPE,
  memoryFacts,
  SENSITIVITIES,
  scopeName,
  sensitivityName,
  spelled,
  subjectName,
  subjectNotes,
  untilWhen,
} from "../../components/terms";
import { closedVault, failurePanel, VaultWatch, waiting } from "../../components/vault";
import type {
  ConsentDecision,
  ConsentView,
  GrantDuration,
  MemoryView,
  Sensitivity,
} from "../../generated/messages";
import "../../components/memory-text";
import { guard } from "./guard";

const PAGE_SIZE = 50;
const SEARCH_AFTER_MS = 200;
const SETTLED_SHOWN_MS = 1500;

/** `secret` is not among them: such a memory leaves under no standing grant. */
const OFFERED_SENSITIVITIES = SENSITIVITIES.filter((each) => each !== "secret");
const DENY_DURATIONS = ["once", "session", "until_revoked"] as const satisfies readonly GrantDuration[];
type DenyDuration = (typeof DENY_DURATIONS)[number];

class Consent extends PageElement {
  static override properties = {
    view: { state: true },
    failure: { state: true },
    settled: { state: true },
    alive: { state: true },
    busy: { state: true },
    scopes: { state: true },
    sensitivity: { state: true },
    duration: { state: true },
    denyDuration: { state: true },
    query: { state: true },
    records: { state: true },
    total: { state: true },
    matching: { state: true },
    withheld: { state: true },
    loading: { state: true },
    ready: { state: true },
  };
  declare view: ConsentView | undefined;
  declare failure: unknown;
  declare settled: boolean;
  /** Whether anything but “Deny” works. */
  declare alive: boolean;
  declare busy: boolean;
  declare scopes: ReadonlySet<string>;
  declare sensitivity: Sensitivity;
  declare duration: GrantDuration;
  declare denyDuration: DenyDuration;
  declare query: string;
  declare records: MemoryView[];
  /** How many could leave, before the unticked ones are taken away. */
  declare total: number;
  /** How many of them hold the words of the query. */
  declare matching: number;
  declare withheld: number;
  /** The records are being fetched anew. */
  declare loading: boolean;
  /** There is something to decide on. */
  declare ready: boolean;

  readonly #id = location.hash.slice(1);
  readonly #vault: VaultWatch;
  readonly #loadView: () => Promise<void>;
  /** What the person unticked, kept whole: a scope or a search may hide it for a while. */
  readonly #unticked = new Map<string, MemoryView>();
  #turn = 0;
  #wanted = PAGE_SIZE;
  #denyHadFocus = false;

  constructor() {
    super();
    this.settled = false;
    this.alive = false;
    this.busy = false;
    this.scopes = new Set();
    this.sensitivity = "personal";
    this.duration = "session";
    this.denyDuration = "once";
    this.query = "";
    this.records = [];
    this.total = 0;
    this.matching = 0;
    this.withheld = 0;
    this.loading = false;
    this.ready = false;
    this.#loadView = coalesce(() => this.#fetchView());
    this.#vault = new VaultWatch(this, (topics) => {
      if (topics.includes("state") || topics.includes("consents") || topics.includes("grants"))
        void this.#loadView();
      if (topics.includes("memories")) void this.#loadRecords();
    });
    nameDocument(t("consentTitle"));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    guard(
      // Unlocking decides nothing, and takes a passphrase that nobody is tricked into typing by a click.
      (event) => (event.target as Element | null)?.closest?.("[data-denies], ks-unlock") != null,
      (alive) => {
        this.alive = alive;
      },
    );
    window.addEventListener("keydown", this.#key);
    void this.#loadView();
  }

  protected override updated(): void {
    const deny = this.find("deny");
    if (deny && !this.#denyHadFocus && this.ready) {
      this.#denyHadFocus = true;
      deny.focus();
    }
  }

  protected override render(): unknown {
    if (this.settled) {
      return html`<main class="settled nothing" role="status" data-testid="settled">
        ${icon("check")}<h1>${t("consentSettledTitle")}</h1><p class="soft">${t("consentSettledText")}</p>
      </main>`;
    }
    const closed = closedVault(this.#vault);
    return html`<main class="stack" aria-busy=${this.busy}>
        <header class="brand small-brand"><img src="../../icons/keepsake.svg" alt="" />${t("extName")}</header>
        ${closed ? this.#closed(closed) : this.#open()}
      </main>
      ${this.#footer()}`;
  }

  #closed(closed: unknown): unknown {
    return html`<h1>${t("consentTitle")}</h1>
      <p class="soft" data-testid="consent-waits">${t("consentWaits")}</p>
      <div class="card panel">${closed}</div>`;
  }

  #open(): unknown {
    if (this.failure !== undefined) return failurePanel(this.failure, () => void this.#loadView());
    // Nothing moves under the pointer later: the page shows when the records are there.
    if (!this.view || !this.ready) return waiting(t("loading"));
    const { view } = this;
    return html`${this.#asker(view)}
      <div class="card panel stack">${this.#scopeChoice(view)} ${this.#durationChoice(view)}</div>
      ${this.#reads ? this.#leaves() : nothing}
      ${
        view.actions.includes("add")
          ? html`<p class="notice" data-testid="add-note">${icon("inbox")}<span>${t("consentAddText")}</span></p>`
          : nothing
      }`;
  }

  #asker({ subject, purpose, actions, granted }: ConsentView): unknown {
    return html`<section class="stack tight" aria-labelledby="asker">
      <h1 id="asker">
        <span class="origin asker" data-testid="asker">${spelled(subjectName(subject))}</span>
        <span class="wish" data-testid="wish">${t("consentWish", actionNames(actions))}</span>
      </h1>
      <div class="row">${subjectNotes(subject)}</div>
      ${
        purpose
          ? html`<div class="said">
              <p class="small soft">${t("consentClaim")}</p>
              <blockquote class="claim" data-testid="purpose" dir="auto">${purpose}</blockquote>
            </div>`
          : html`<p class="small soft">${t("consentNoClaim")}</p>`
      }
      ${
        granted.length > 0
          ? html`<div data-testid="already-granted">
              <p class="small soft">${t("consentAlready")}</p>
              <ul class="plain-list small">
                ${granted.map(
                  (grant) =>
                    html`<li>
                      ${t("consentAlreadyGrant", actionNames(grant.actions), grant.scopes.map(scopeName).join(", "), untilWhen(grant))}
                    </li>`,
                )}
              </ul>
            </div>`
          : nothing
      }
    </section>`;
  }

  #scopeChoice({ scopes, wildcard }: ConsentView): unknown {
    const every = this.scopes.has(EVERY_SCOPE);
    return html`<fieldset>
      <legend class="label">${t("consentScopes")}</legend>
      <div class="choices">
        ${
          wildcard
            ? html`<div class="choice">
                <input type="checkbox" id="scope-every" data-testid="scope-*" aria-disabled=${this.#dead} .checked=${every} @change=${() => this.#toggleScope(EVERY_SCOPE)} />
                <label for="scope-every">${t("everyScope")} <span class="hint">${t("everyScopeHint")}</span></label>
              </div>`
            : nothing
        }
        ${scopes.map(
          ({ name, memories }, index) =>
            html`<div class="choice">
              <input
                type="checkbox"
                id="scope-${index}"
                data-testid="scope-${name}" aria-disabled=${this.#dead}
                .checked=${every || this.scopes.has(name)}
                ?disabled=${every}
                @change=${() => this.#toggleScope(name)}
              />
              <label for="scope-${index}">${name} <span class="soft small">${this.#reads ? counted("memories", memories) : nothing}</span></label>
            </div>`,
        )}
      </div>
      ${scopes.length === 0 ? html`<p class="soft">${t("consentNoScopes")}</p>` : nothing}
    </fieldset>`;
  }

  #leaves(): unknown {
    const leaving = this.#leaving;
    return html`<section class="card panel stack" aria-labelledby="leaves-heading">
      <div role="status">
        <h2 id="leaves-heading"><span data-testid="total" data-count=${leaving}>${counted("consentTotal", leaving)}</span></h2>
        ${this.withheld > 0 ? html`<p class="soft small" data-testid="withheld">${counted("consentWithheld", this.withheld)}</p>` : nothing}
        ${this.duration === "once" ? nothing : html`<p class="hint">${t("consentLater")}</p>`}
      </div>
      <fieldset>
        <legend class="visually-hidden">${t("consentSensitivity")}</legend>
        <div class="choices">
          <span class="soft" aria-hidden="true">${t("consentSensitivity")}</span>
          ${OFFERED_SENSITIVITIES.map(
            (each) =>
              html`<div class="choice">
                <input
                  type="radio"
                  name="sensitivity"
                  id="sensitivity-${each}"
                  data-testid="sensitivity-${each}" aria-disabled=${this.#dead}
                  .checked=${this.sensitivity === each}
                  @change=${() => this.#choose({ sensitivity: each })}
                />
                <label for="sensitivity-${each}">${sensitivityName(each)}</label>
              </div>`,
          )}
        </div>
      </fieldset>
      ${this.total === 0 && this.query === "" ? html`<p class="soft" data-testid="no-records">${t("consentNothing")}</p>` : this.#recordList()}
    </section>`;
  }

  #recordList(): unknown {
    const more = this.matching - this.records.length;
    return html`<div class="stack tight">
      <div class="with-icon">
        ${icon("search")}
        <input
          type="search"
          data-testid="record-search"
          aria-label=${t("consentSearch")}
          placeholder=${t("consentSearch")}
          autocomplete="off"
          .value=${this.query}
          @input=${this.#search}
        />
      </div>
      <div class="row">
        <button class="small" data-testid="untick-shown" aria-disabled=${this.#dead} @click=${() => this.#tickShown(false)}>${t("consentUntickShown")}</button>
        <button class="small" data-testid="tick-shown" aria-disabled=${this.#dead} @click=${() => this.#tickShown(true)}>${t("consentTickShown")}</button>
      </div>
      ${this.records.length === 0 ? html`<p class="soft" role="status">${this.loading ? t("loading") : t("noMatches")}</p>` : nothing}
      <ul class="records" aria-label=${t("consentLeaves")}>
        ${repeat(
          this.records,
          (record) => record.id,
          (record) => this.#record(record),
        )}
      </ul>
      ${
        more > 0
          ? html`<button data-testid="more-records" aria-disabled=${this.#dead} @click=${this.#more}>${counted("showMore", Math.min(more, PAGE_SIZE))}</button>`
          : nothing
      }
    </div>`;
  }

  #record(record: MemoryView): unknown {
    const ticked = !this.#unticked.has(record.id);
    return html`<li class=${ticked ? "record" : "record off"} data-testid="record" data-id=${record.id}>
      <input
        type="checkbox"
        data-testid="record-tick" aria-disabled=${this.#dead}
        aria-labelledby="record-${record.id}"
        .checked=${ticked}
        @change=${() => this.#tick([record], !ticked)}
      />
      <div id="record-${record.id}" class="stack tight">
        <ks-memory-text .text=${record.text}></ks-memory-text>
        ${memoryFacts(record)}
      </div>
    </li>`;
  }

  #durationChoice(view: ConsentView): unknown {
    return html`<fieldset>
      <legend class="label">${t("consentDuration")}</legend>
      <div class="choices">
        ${DURATIONS.map(
          (duration) =>
            html`<div class="choice">
              <input
                type="radio"
                name="duration"
                id="duration-${duration}"
                data-testid="duration-${duration}" aria-disabled=${this.#dead}
                .checked=${this.duration === duration}
                @change=${() => this.#choose({ duration })}
              />
              <label for="duration-${duration}">
                ${durationName(duration)}
                ${view.duration === duration ? html`<span class="soft small">${t("consentAsked")}</span>` : nothing}
              </label>
            </div>`,
        )}
      </div>
    </fieldset>`;
  }

  #footer(): unknown {
    const decidable = this.#vault.open && this.ready && this.failure === undefined;
    const dead = !this.#allowable;
    return html`<footer class="decide">
      ${
        decidable
          ? html`<details class="small">
              <summary data-testid="deny-options" data-denies>
                ${t("denyFor", t(`deny_${this.denyDuration}`))}
              </summary>
              <div class="choices" role="radiogroup" aria-label=${t("denyForLabel")}>
                ${DENY_DURATIONS.map(
                  (duration) =>
                    html`<div class="choice" data-denies>
                      <input
                        type="radio"
                        name="deny-duration"
                        id="deny-${duration}"
                        data-testid="deny-${duration}"
                        .checked=${this.denyDuration === duration}
                        @change=${() => {
                          this.denyDuration = duration;
                        }}
                      />
                      <label for="deny-${duration}">${t(`deny_${duration}`)}</label>
                    </div>`,
                )}
              </div>
            </details>`
          : nothing
      }
      <div class="buttons">
        <button data-testid="deny" data-denies class="deny" @click=${this.#deny}>${t("deny")}</button>
        ${
          decidable
            ? html`<button class="primary" data-testid="allow" aria-disabled=${dead ? "true" : nothing} aria-describedby="allow-hint" @click=${this.#allow}>
                ${this.busy ? html`<span class="spinner"></span>` : nothing}${t("allow")}
              </button>`
            : nothing
        }
      </div>
      <p class="small soft" id="allow-hint">
        ${decidable && this.scopes.size === 0 ? t("consentTickScope") : decidable ? this.#summary() : nothing}
      </p>
    </footer>`;
  }

  #summary(): string {
    const what = this.#reads ? counted("consentTotal", this.#leaving) : t("consentSummaryAdd");
    return `${what} · ${t(`until_${this.duration}`)}`;
  }

  /** Says of a control that it does not work yet. */
  get #dead(): "true" | typeof nothing {
    return this.alive ? nothing : "true";
  }

  /** Whether what shows is what would leave, and the person can have seen it. */
  get #allowable(): boolean {
    return this.alive && this.ready && !this.busy && !this.loading && this.scopes.size > 0;
  }

  /** Whether records would leave at all. */
  get #reads(): boolean {
    return this.view?.actions.some((action) => action !== "add") ?? false;
  }

  get #leaving(): number {
    const limit = SENSITIVITIES.indexOf(this.sensitivity);
    const kept = [...this.#unticked.values()].filter(
      ({ scopes, sensitivity }) =>
        SENSITIVITIES.indexOf(sensitivity) <= limit &&
        (this.scopes.has(EVERY_SCOPE) || scopes.some((scope) => this.scopes.has(scope))),
    );
    return Math.max(0, this.total - kept.length);
  }

  async #fetchView(): Promise<void> {
    try {
      const { state } = await owner.command({ command: "status" });
      if (state !== "open") {
        this.view = undefined;
        this.ready = false;
        this.records = [];
        this.#unticked.clear();
        this.#denyHadFocus = false;
        return;
      }
      const view = await owner.command({ command: "consent", id: this.#id });
      const first = this.view === undefined;
      this.view = view;
      this.failure = undefined;
      if (first) {
        this.scopes = new Set(view.scopes.map(({ name }) => name));
        // What was asked for, but no longer than a session unless the person says so.
        this.duration = view.duration === "once" ? "once" : "session";
      }
      if (this.#reads) await this.#loadRecords();
      this.ready = true;
    } catch (error) {
      if (failed(error, "not_found")) this.#settle();
      else if (!failed(error, "locked", "no_vault")) this.failure = error;
    }
  }

  async #loadRecords(): Promise<void> {
    if (!this.view || !this.#reads) return;
    const turn = ++this.#turn;
    const query = this.query.trim();
    const wish = {
      command: "consent_records" as const,
      id: this.#id,
      scopes: [...this.scopes],
      max_sensitivity: this.sensitivity,
    };
    this.loading = true;
    try {
      const found = await firstOf(this.#wanted, (part) =>
        owner.command({ ...wish, ...(query ? { query } : {}), ...part }),
      );
      const all = query ? await owner.command({ ...wish, offset: 0, limit: 1 }) : found;
      if (turn !== this.#turn) return;
      this.records = found.items;
      this.matching = found.total;
      this.total = all.total;
      this.withheld = all.withheld;
    } catch (error) {
      if (turn !== this.#turn) return;
      if (failed(error, "not_found")) this.#settle();
      else if (!failed(error, "locked", "no_vault")) this.failure = error;
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }

  #choose(choice: { sensitivity?: Sensitivity; duration?: GrantDuration }): void {
    if (choice.duration) this.duration = choice.duration;
    if (choice.sensitivity) {
      this.sensitivity = choice.sensitivity;
      this.#wanted = PAGE_SIZE;
      void this.#loadRecords();
    }
  }

  #toggleScope(name: string): void {
    const scopes = new Set(this.scopes);
    if (!scopes.delete(name)) scopes.add(name);
    this.scopes = scopes;
    this.#wanted = PAGE_SIZE;
    void this.#loadRecords();
  }

  #tick(records: readonly MemoryView[], ticked: boolean): void {
    for (const record of records) {
      if (ticked) this.#unticked.delete(record.id);
      else this.#unticked.set(record.id, record);
    }
    this.requestUpdate();
  }

  #tickShown(ticked: boolean): void {
    this.#tick(this.records, ticked);
  }

  #more = async (): Promise<void> => {
    const before = this.records.length;
    this.#wanted += PAGE_SIZE;
    await this.#loadRecords();
    await this.updateComplete;
    this.querySelectorAll<HTMLElement>('[data-testid="record-tick"]')[before]?.focus();
  };

  #searchSoon = debounce(SEARCH_AFTER_MS, () => {
    this.#wanted = PAGE_SIZE;
    void this.#loadRecords();
  });

  #search = (event: InputEvent): void => {
    this.query = (event.target as HTMLInputElement).value;
    this.#searchSoon();
  };

  #key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    if ((event.target as Element).matches("[type=search]") && this.query !== "") {
      this.query = "";
      void this.#loadRecords();
      return;
    }
    void closeWindow();
  };

  #allow = (): void => {
    if (!this.#allowable) return;
    void this.#decide({
      decision: "allow",
      duration: this.duration,
      scopes: this.scopes.has(EVERY_SCOPE) ? [EVERY_SCOPE] : [...this.scopes],
      max_sensitivity: this.sensitivity,
      except: [...this.#unticked.keys()],
    });
  };

  #deny = (): void => {
    // A vault that cannot be read takes no decision; a closed window means deny there too.
    if (this.#vault.open && this.ready) void this.#decide({ decision: "deny", duration: this.denyDuration });
    else void closeWindow();
  };

  async #decide(decision: ConsentDecision): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      await owner.command({ command: "consent_decide", id: this.#id, decision });
      await closeWindow();
    } catch (error) {
      if (failed(error, "not_found")) this.#settle();
      else this.failure = error;
    } finally {
      this.busy = false;
    }
  }

  #settle(): void {
    if (this.settled) return;
    this.settled = true;
    setTimeout(() => void closeWindow(), SETTLED_SHOWN_MS);
  }
}

/** Closes the window, which the background takes for a denial where nothing was decided. */
async function closeWindow(): Promise<void> {
  const tab = await browser.tabs.getCurrent();
  if (tab?.id === undefined) window.close();
  else await browser.tabs.remove(tab.id);
}

customElements.define("ks-consent", Consent);
