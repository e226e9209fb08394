import type { Separator } from './csv-stream.ts';

/**
 * What makes a spreadsheet interpret a text as a formula, including the full-width signs of East
 * Asian keyboards; plain numbers are excluded.
 */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

const NUMBER = /^[+-]?\d+(?:[.,]\d+)?$/;

/**
 * What spreadsheets round, shorten or take for a date: long numbers, leading zeros, exponents, `10-12`.
 */
const CONVERTED =
  /^(?:\d{12,}|0\d+|\d+E\d+|\d{1,4}[-/]\d{1,2}(?:[-/]\d{1,4})?|\d{1,2}\.\d{1,2}\.\d{2,4})$/i;

const GUARD = "'";

/**
 * A formula after a character at which some spreadsheet splits cells: those of other countries
 * split at `;` what was written with `,`, and quotes in the middle of their cells then protect
 * nothing. Numbers are no exception here, because such a cell may continue after them, even in the
 * next field. Linear: each run of apostrophes or quotes follows one separator.
 */
const FORMULA_WITHIN = /([;,\t\r\n])(?='*"*[=+\-@＝＋－＠])/g;

const GUARDED_WITHIN = /([;,\t\r\n])'(?='*"*[=+\-@＝＋－＠])/g;

/**
 * Returns one row of a file that people open in spreadsheets: quoted where necessary, and with an
 * apostrophe before anything that would be calculated, wherever a spreadsheet splits it.
 * `unguarded` removes it again. Pure.
 */
export function csvRow(fields: readonly string[], separator: Separator): string {
  return `${fields.map((field) => quoted(guarded(field), separator)).join(separator)}\r\n`;
}

/**
 * Returns a row like `csvRow` whose cells a spreadsheet keeps as they are: a tab makes those texts
 * that it would convert. Readers trim it.
 */
export function spreadsheetRow(fields: readonly string[]): string {
  const cells = fields.map((field) => (CONVERTED.test(field) ? `\t${field}` : guarded(field)));
  return `${cells.map((cell) => quoted(cell, ',')).join(',')}\r\n`;
}

function guarded(field: string): string {
  const within = field.replace(FORMULA_WITHIN, `$1${GUARD}`);
  const calculated = FORMULA.test(field) && !NUMBER.test(field);
  return calculated || isGuarded(field) ? GUARD + within : within;
}

/** Returns the original text, whether or not it was guarded. */
export function unguarded(field: string): string {
  const within = isGuarded(field) ? field.slice(1) : field;
  return within.replace(GUARDED_WITHIN, '$1');
}

function isGuarded(field: string): boolean {
  return field.startsWith(GUARD) && /^'+[=+\-@\t\r\n＝＋－＠]/.test(field);
}

function quoted(field: string, separator: Separator): string {
  if (!/["\r\n]/.test(field) && !field.includes(separator) && field.trim() === field) return field;
  return `"${field.replaceAll('"', '""')}"`;
}
