// Sizes and names of files, as the person reads them.

import { language } from "../../../components/i18n";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

/** A size in powers of 1000, as file managers show it. */
export function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: UNITS[power] as string,
    maximumSignificantDigits: 3,
  }).format(bytes / 1000 ** power);
}

/** A file's name with the day, by the person's own calendar, so that files of several days stand in their order. */
export function datedName(ending: string, day = new Date()): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  return `keepsake-${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}${ending}`;
}
