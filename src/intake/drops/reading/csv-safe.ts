import type { Separator } from './csv-stream.ts';

/**
 * What makes a spreadsheet take a text for a formula, also by the wide signs of East Asian keyboards;
 * plain numbers are none.
 */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^[+-]?\d+(?:[.,]\d+)?$/;
const GUARD = "'";

/**
 * One row of a file that people open in spreadsheets: quoted where it must be, and with an apostrophe
 * before whatever would be calculated. `unguarded` takes that off again. Pure.
 */
export function csvRow(fields: readonly string[], separator: Separator): string {
  return `${fields.map((field) => quoted(guarded(field), separator)).join(separator)}\r\n`;
}

function guarded(field: string): string {
  const calculated = FORMULA.test(field) && !NUMBER.test(field);
  return calculated || isGuarded(field) ? GUARD + field : field;
}

/** What was written, whether or not it was guarded. */
export function unguarded(field: string): string {
  return isGuarded(field) ? field.slice(1) : field;
}

function isGuarded(field: string): boolean {
  return field.startsWith(GUARD) && /^'+[=+\-@\t\r\n＝＋－＠]/.test(field);
}

function quoted(field: string, separator: Separator): string {
  if (!/["\r\n]/.test(field) && !field.includes(separator) && field.trim() === field) return field;
  return `"${field.replaceAll('"', '""')}"`;
}
