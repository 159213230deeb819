// The person's language: the texts of _locales, and dates, numbers and lists written its way.

import "./kept-out";
import type messages from "../_locales/en/messages.json";

/** The name of a text. */
export type MessageKey = keyof typeof messages;

/** The name of a text that exists for one thing and for several. */
export type CountedKey = MessageKey extends infer K
  ? K extends `${infer Base}_other`
    ? Base
    : never
  : never;

type Substitution = string | number;

/** Marks where a part goes that is not text; a private-use character that no message holds. */
const MARK = "\uE000";

/** The language the texts are in, which is not Firefox's own where Keepsake does not speak that. */
export const language = browser.i18n.getMessage("languageTag");

const numbers = new Intl.NumberFormat(language);
const percents = new Intl.NumberFormat(language, { style: "percent" });
const plurals = new Intl.PluralRules(language);
const days = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
const utcDays = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" });
const moments = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const lists = new Intl.ListFormat(language, { type: "conjunction" });

const DAY_MS = 86_400_000;

/** A text, with `$1`, `$2`… filled in. */
export function t(key: MessageKey, ...substitutions: Substitution[]): string {
  return browser.i18n.getMessage(
    key,
    substitutions.map((each) => (typeof each === "number" ? numbers.format(each) : each)),
  );
}

/** A text in the form that the number calls for; `$1` is the number. */
export function counted(key: CountedKey, n: number, ...substitutions: Substitution[]): string {
  const form = plurals.select(n) === "one" ? "one" : "other";
  return t(`${key}_${form}` as MessageKey, n, ...substitutions);
}

/** A text with parts of any sort in the places of `$1`, `$2`…: what Lit can render. */
export function parts(key: MessageKey, ...values: unknown[]): unknown[] {
  return fill(t(key, ...marks(values)), values);
}

/** `counted` with parts of any sort from `$2` on. */
export function countedParts(key: CountedKey, n: number, ...values: unknown[]): unknown[] {
  return fill(counted(key, n, ...marks(values)), values);
}

export function formatNumber(n: number): string {
  return numbers.format(n);
}

/** A whole number of hundredths. */
export function formatPercent(percent: number): string {
  return percents.format(percent / 100);
}

/** A calendar day. What stands at midnight UTC came from a list that named the day alone, so it keeps that day. */
export function formatDay(at: number): string {
  return (at % DAY_MS === 0 ? utcDays : days).format(at);
}

export function formatMoment(at: number): string {
  return moments.format(at);
}

/** A length of time, in hours where it is whole hours. */
export function formatMinutes(minutes: number): string {
  return minutes % 60 === 0 ? inUnit(minutes / 60, "hour") : inUnit(minutes, "minute");
}

export function formatDays(days: number): string {
  return inUnit(days, "day");
}

export function formatList(items: readonly string[]): string {
  return lists.format(items);
}

/** Tells the document its language, direction and title. */
export function nameDocument(title: string): void {
  document.documentElement.lang = language;
  document.documentElement.dir = t("textDirection");
  document.title = title;
}

function inUnit(n: number, unit: "minute" | "hour" | "day"): string {
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(n);
}

function marks(values: readonly unknown[]): string[] {
  return values.map((_, index) => `${MARK}${index}${MARK}`);
}

function fill(text: string, values: readonly unknown[]): unknown[] {
  // Split at the marks: texts stand at even places, the numbers of the parts at odd ones.
  return text.split(MARK).map((piece, place) => (place % 2 === 0 ? piece : values[Number(piece)]));
}
