import { DateTime } from 'luxon';
import { placeTimeInZone } from '../../../kernel/time/zoned-time.ts';
import type { FileRules } from './columns-file.ts';

/** Returns a time as scans have it; null if the text does not fit the format. */
export type ReadTime = (text: string) => string | null;

const LOCAL = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?$/;
/** The tokens of a format that stand for an offset. */
const SAYS_OFFSET = /[Zz]/;

/**
 * Returns the function that reads a file's times: in the file's format if it has one, and in its
 * time zone if they have no offset. Other texts are left for the check of the scan. Pure.
 */
export function timeReader({
  dateFormat,
  timeZone,
}: Pick<FileRules, 'dateFormat' | 'timeZone'>): ReadTime {
  const inZone = (text: string) => (timeZone === null ? text : withOffset(text, timeZone));
  if (dateFormat === null) return inZone;
  const parser = DateTime.buildFormatParser(dateFormat);
  const saysOffset = SAYS_OFFSET.test(dateFormat.replace(/'[^']*'/g, ''));
  return (text) => {
    const read = DateTime.fromFormatParser(text, parser, { zone: 'utc', setZone: true });
    if (!read.isValid) return null;
    const local = `${read.year}-${two(read.month)}-${two(read.day)}T${two(read.hour)}:${two(read.minute)}:${two(read.second)}`;
    return saysOffset ? local + offsetText(read.offset) : inZone(local);
  };
}

/** Adds a zone's offset to a local time; anything else is returned as it is. */
function withOffset(text: string, zone: string): string {
  const found = LOCAL.exec(text);
  if (found === null) return text;
  const local = `${found[1]}T${found[2]}`;
  const { offsetMin } = placeTimeInZone(local, 'second', zone, 'facility');
  return offsetMin === null ? text : local + offsetText(offsetMin);
}

function offsetText(offsetMin: number): string {
  const minutes = Math.abs(offsetMin);
  return `${offsetMin < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
