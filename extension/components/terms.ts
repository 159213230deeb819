// The words for what the vault names in codes: kinds, sensitivities, actions, durations, subjects.

import { html, nothing, type TemplateResult } from "lit";
import type {
  Action,
  DenialView,
  GrantDuration,
  GrantView,
  Kind,
  MemoryView,
  ProfileName,
  Said,
  Sensitivity,
  Subject,
} from "../generated/messages";
import { counted, formatDay, formatList, formatMoment, t } from "./i18n";
import { icon } from "./icons";

export const KINDS: readonly Kind[] = [
  "fact",
  "preference",
  "instruction",
  "event",
  "skill",
  "relationship",
  "goal",
  "note",
];

/** From least to most. */
export const SENSITIVITIES: readonly Sensitivity[] = ["normal", "personal", "sensitive", "secret"];

/** From shortest to longest. */
export const DURATIONS: readonly GrantDuration[] = ["once", "session", "week", "until_revoked"];

/** How a grant spells every scope, also those to come. */
export const EVERY_SCOPE = "*";

/** Where a memory stands when nobody said. */
export const DEFAULT_SCOPE = "general";

export const kindName = (kind: Kind): string => t(`kind_${kind}`);
export const sensitivityName = (sensitivity: Sensitivity): string => t(`sensitivity_${sensitivity}`);
export const durationName = (duration: GrantDuration): string => t(`duration_${duration}`);
export const profileName = (profile: ProfileName): string => t(`profile_${profile}`);
export const scopeName = (scope: string): string => (scope === EVERY_SCOPE ? t("everyScope") : scope);

/** What may be done, as the end of “may …”. */
export const actionNames = (actions: readonly Action[]): string =>
  formatList(actions.map((action) => t(`action_${action}`)));

/** The origin or the extension's id, unaltered. */
export const subjectName = (subject: Subject): string =>
  subject.kind === "site" ? subject.origin : subject.id;

/** The name as above, to show: it wraps between its labels, so the end that counts stays whole. */
export const spelled = (name: string): TemplateResult =>
  html`${name.split(/(?<=[.@]|\/\/)/).map((label) => html`<span class="name-label">${label}</span>`)}`;

/** One text a subject, to compare and to key by. */
export const subjectKey = (subject: Subject): string =>
  subject.kind === "site" ? `${subject.origin} ${subject.container}` : subject.id;

/** What a name alone does not tell: the container, that it is an extension, letters of other scripts. */
export function subjectNotes(subject: Subject): TemplateResult {
  if (subject.kind === "extension") return html`<span class="chip">${t("subjectExtension")}</span>`;
  const { origin, container } = subject;
  return html`${
    container === "firefox-default"
      ? nothing
      : html`<span class="chip" data-testid="container">
          ${t("subjectContainer", container.replace("firefox-container-", ""))}
        </span>`
  }${/\/\/(localhost|127\.0\.0\.1|\[::1\]|[^/]*\.localhost)(:|$)/.test(origin) ? html`<span class="chip">${t("subjectLocal")}</span>` : nothing}${
    /(\/\/|\.)xn--/.test(origin)
      ? html`<span class="chip caution">${icon("alert")} ${t("subjectPunycode")}</span>`
      : nothing
  }`;
}

/** When a grant ends. */
export function untilWhen({ duration, expires }: GrantView): string {
  return expires === undefined ? t(`until_${duration}`) : t("untilMoment", formatMoment(expires));
}

/** What of the memories leaves under a grant, as far as it lets any leave. */
export function limitNames(grant: GrantView): string[] {
  const { actions, profile, kinds, max_sensitivity, daily_budget, each_time } = grant;
  if (actions.every((action) => action === "add")) return [];
  const own = profile === "custom";
  return [
    ...(own ? [] : [profileName(profile)]),
    ...(own && each_time ? [t("grantEachTime")] : []),
    ...(kinds ? [t("grantKinds", formatList(kinds.map(kindName)))] : []),
    t("upTo", sensitivityName(max_sensitivity)),
    ...(daily_budget === undefined ? [] : [counted("grantADay", daily_budget)]),
  ];
}

/** When a denial ends. */
export function deniedUntil({ duration, expires }: DenialView): string {
  return expires === undefined ? t(`deny_${duration}`) : t("untilMoment", formatMoment(expires));
}

export function scopeChips(scopes: readonly string[]): TemplateResult {
  return html`<ul class="chips">
    ${scopes.map((scope) => html`<li class="chip accent" data-testid="scope-chip">${scopeName(scope)}</li>`)}
  </ul>`;
}

/** The small print of a memory: kind, scopes, sensitivity, when it is forgotten, source, day. */
export function memoryFacts(memory: MemoryView): TemplateResult {
  const { kind, scopes, sensitivity, trust, source, source_title, also, created, expires } = memory;
  return html`<ul class="chips memory-facts">
    <li class="chip">${kindName(kind)}</li>
    ${scopes.map((scope) => html`<li class="chip accent" data-testid="memory-scope">${scope}</li>`)}
    ${sensitivity === "normal" ? nothing : html`<li class=${sensitivity === "personal" ? "chip" : "chip caution"}>${sensitivityName(sensitivity)}</li>`}
    ${trust === "unreviewed" ? html`<li class="chip caution">${t("trustUnreviewed")}</li>` : nothing}
    ${expires === undefined ? nothing : html`<li class="chip" data-testid="memory-expires">${icon("clock")}${t("untilMoment", formatDay(expires))}</li>`}
    ${source ? html`<li class="plain" title=${source_title ?? nothing}>${t("memorySource", source)}</li>` : nothing}
    <li class="plain"><time datetime=${new Date(created).toISOString()}>${formatDay(created)}</time></li>
    ${also?.length ? html`<li class="plain" data-testid="memory-also">${t("memoryAlso", formatList(also.map(saidBy)))}</li>` : nothing}
  </ul>`;
}

const saidBy = ({ origin, at }: Said): string =>
  t("saidByOn", origin?.source ?? t("saidByYou"), formatDay(at));
