import type { CarrierReport, NumberMiss } from '../../contract/contract.ts';
import { normalize } from '../numbers.ts';

/** The result for one shipment of an answer: a report, a miss of its number, or nothing usable. */
export interface ReadShipment {
  readonly report: CarrierReport | null;
  readonly miss: NumberMiss | null;
  readonly warnings: readonly string[];
}

export function nothing(warning: string): ReadShipment {
  return { report: null, miss: null, warnings: [warning] };
}

/** The longest documented number is GM and 39 more. */
const NUMBER_LENGTH_MAX = 64;

/** A number that can be one, normalized by the caller; null when empty or absurdly long. */
export function plausibleNumber(number: string | null): string | null {
  return number === null || number === '' || number.length > NUMBER_LENGTH_MAX ? null : number;
}

/**
 * The requested number, for a shipment whose `spellings` name none and that has `news`; null: it
 * has to name one.
 */
export function numberIfUnnamed(
  requested: string | undefined,
  spellings: readonly (string | null)[],
  events: { readonly length: number } | null | undefined,
): string | null {
  const isUnnamed = spellings.every((spelling) => spelling === null || spelling === '');
  const hasEvents = (events?.length ?? 0) > 0;
  return isUnnamed && hasEvents && requested !== undefined ? normalize(requested) : null;
}

/** Other spellings, each once, without the number itself. */
export function aliasesOf(
  trackingNumber: string,
  spellings: readonly (string | null)[],
): readonly string[] {
  const aliases = new Set(spellings.filter((spelling) => plausibleNumber(spelling) !== null));
  aliases.delete(trackingNumber);
  return [...aliases].flatMap((alias) => (alias === null ? [] : [alias]));
}
