import type { Registry } from '../../../adapters/index.ts';
import { unguarded } from '../../../intake/index.ts';
import { type ErrorItem, Problem } from '../../../kernel/errors.ts';
import { onOneLine } from '../../../kernel/numbers/several.ts';
import { issuesToErrors, pointerTo, WITH_INPUT } from '../../../kernel/wire/explain-issues.ts';
import { parseJsonOrNull } from '../../../kernel/wire/loose.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
import type { LeftOut } from '../../../shops/index.ts';
import type { ReadImportRow } from '../../../tracking/ports/imports.ts';
import { createShipment } from '../shipments/input-schema.ts';
import { newShipments, type Warning } from '../shipments/new-shipment.ts';
import { readOptional } from '../shipments/optional-members.ts';
import { type Column, columnOf } from './columns.ts';

/** Separates several values in one cell. */
const LIST_SEPARATOR = '|';
const NUMBER = /^-?\d{1,15}(?:[.,]\d{1,15})?$/;
/** The replacement character for undecodable bytes. */
const UNDECODABLE = '�';

/**
 * Parses rows as bodies of `POST /v1/shipments`, with the same schema; errors name the column,
 * without the cell's content. Pure.
 */
export function shipmentRowReader(registry: Registry): ReadImportRow {
  return (columns, fields) => {
    const fault = shapeFault(columns, fields);
    if (fault !== null) return { reason: fault };
    const { kept, leftOut } = readOptional(toBody(columns, fields));
    const read = createShipment.safeParse(kept, WITH_INPUT);
    if (!read.success)
      return { reason: errorSentence(issuesToErrors(read.error.issues, pointerTo)) };
    const { tracking_number: number } = read.data;
    if (number === undefined) {
      return { reason: 'tracking_number: Missing. Send the number as the carrier printed it.' };
    }
    try {
      const wanted = { ...read.data, tracking_number: number };
      const { shipments, warnings } = newShipments(registry, wanted);
      const sentences = [
        ...(shipments.length > 1 ? [severalSentence(shipments.length)] : []),
        ...warnings.map(warningSentence),
        leftOutSentence(leftOut),
      ];
      const warning = [...new Set(sentences)].filter(Boolean).join(' ');
      return { shipments, ...(warning !== '' && { warning }) };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const { errors, detail } = error;
      return { reason: errors.length === 0 ? errorText(detail) : errorSentence(errors) };
    }
  };
}

/** Returns why a row cannot be read, such as a truncated one; null if it can. */
function shapeFault(columns: readonly string[], fields: readonly string[]): string | null {
  const extra = fields.slice(columns.length).some((field) => field.trim() !== '');
  if (fields.length < columns.length || extra) {
    return `The row has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'}; the header has ${columns.length}. Write every field, and put quotes around a text that holds the separator.`;
  }
  if (fields.some((field) => field.includes(UNDECODABLE))) {
    return 'It holds characters that are not UTF-8. Save the file as UTF-8 (in a spreadsheet: "CSV UTF-8").';
  }
  return null;
}

function toBody(columns: readonly string[], fields: readonly string[]): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  columns.forEach((name, at) => {
    const column = name === '' ? null : columnOf(name);
    const cell = unguarded(fields[at]?.trim() ?? '');
    if (column === null || cell === '') return;
    const [member, inner] = column.path;
    const value = name === 'tracking_number' ? onOneLine(cell) : cellValue(cell, column.kind);
    const other = body[member];
    // A value that is not an object, such as unreadable JSON, is passed on to be rejected.
    if (inner === undefined)
      body[member] = isObject(value) ? { ...value, ...(other ?? {}) } : value;
    else if (other === undefined || isObject(other)) {
      const begun = (other as Record<string, unknown> | undefined)?.[inner];
      const joined = typeof begun === 'string' ? `${begun} ${value}` : value;
      body[member] = { ...other, [inner]: joined };
    }
  });
  return body;
}

function cellValue(cell: string, kind: Column['kind']): unknown {
  // Invalid JSON stays a text, and is rejected as one.
  if (kind === 'json') return parseJsonOrNull(cell)?.value ?? cell;
  if (kind === 'list') {
    return cell
      .split(LIST_SEPARATOR)
      .map((each) => each.trim())
      .filter((each) => each !== '');
  }
  // An invalid number stays a text, and is rejected as one.
  return kind === 'number' && NUMBER.test(cell) ? Number(cell.replace(',', '.')) : cell;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function severalSentence(count: number): string {
  return `tracking_number: ${errorText({ 'shipments.severalParcels': { count } })}`;
}

function warningSentence({ code, detail }: Warning): string {
  return `${code === 'carrier_guessed' ? 'carrier' : 'tracking_number'}: ${errorText(detail)}`;
}

/** `recipient_email: …`, without the cell's content; blank: nothing was left out. */
export function leftOutSentence(leftOut: readonly LeftOut[]): string {
  const items = leftOut.map(({ field, ...words }) => ({
    pointer: `/${field.replace('.', '/')}`,
    ...words,
  }));
  return errorSentence(items);
}

/** `recipient_email: It is no email address. Send one.` */
function errorSentence(errors: readonly ErrorItem[]): string {
  return errors
    .map(({ pointer, reason, fix }) => {
      const name = pointer.slice(1).replaceAll('/', '_');
      return `${name === '' ? '' : `${name}: `}${errorText(reason)} ${errorText(fix)}`;
    })
    .join(' ');
}
