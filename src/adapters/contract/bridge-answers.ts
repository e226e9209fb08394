import { wallClockMs } from '../../kernel/time/place-time.ts';
import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import {
  type CarrierReport,
  EMPTY_SNAPSHOT,
  type NumberMiss,
  type ParseOutcome,
  type ReportedEstimate,
  type ReportSnapshot,
} from './contract.ts';
import { accountFailureOf } from './one-by-one.ts';
import type { HttpAnswer, VerifyOutcome } from './pull.ts';

/** For bridges: one outcome of what they say about parcels, and the verdict on credentials. */

/** What a bridge says about a parcel. Without facts, it knows the number and has no scan. */
export interface BridgeReading {
  /** Normalized; absent: the document names none. */
  readonly trackingNumber: string | undefined;
  readonly carrier: string | undefined;
  readonly asOf: CarrierReport['asOf'];
  readonly facts: CarrierReport['facts'];
  readonly warnings: readonly string[];
  readonly snapshot: Partial<ReportSnapshot>;
  readonly links?: CarrierReport['links'];
}

/**
 * Makes one outcome of the parcels in an answer, of which at most `itemsMax` are read. No history
 * counts as full: a service may lack what its source lacked.
 */
export function parcelsOutcome<Item>(
  items: readonly (Item | null)[],
  itemsMax: number,
  read: (item: Item) => BridgeReading,
): ParseOutcome {
  const reports: CarrierReport[] = [];
  const misses: NumberMiss[] = [];
  const warnings = items.length > itemsMax ? [`more than ${itemsMax} parcels`] : [];
  for (const [index, item] of items.slice(0, itemsMax).entries()) {
    const reading = item === null ? null : read(item);
    if (reading?.trackingNumber === undefined) {
      warnings.push(`parcel ${index}: no number`);
      continue;
    }
    const { trackingNumber, carrier, facts, asOf, snapshot, links = [] } = reading;
    warnings.push(...reading.warnings);
    if (facts.length === 0) {
      misses.push({ trackingNumber, outcome: 'not_yet', reason: 'a parcel without events' });
      continue;
    }
    reports.push({
      trackingNumber,
      ...(carrier !== undefined && { carrier }),
      aliases: [],
      carrierPieceId: null,
      asOf,
      fullHistory: false,
      facts,
      snapshot: { ...EMPTY_SNAPSHOT, ...snapshot },
      links,
    });
  }
  if (reports.length > 0) return { outcome: 'reports', reports, misses, warnings };
  const trackingNumbers = misses.map(({ trackingNumber }) => trackingNumber);
  const [fault] = warnings;
  if (misses.length > 0) return { outcome: 'not_yet', reason: 'no events', trackingNumbers };
  return fault === undefined
    ? { outcome: 'not_found', reason: 'no such parcel is registered', trackingNumbers }
    : { outcome: 'unreadable', reason: fault, trackingNumbers };
}

/** The numbers that may be sent to a bridge; other texts could lead a call to another URL. */
export const SENDABLE_NUMBER = /^[0-9A-Z]{4,64}$/;

/** Reads the answer to a call that only right credentials can make: JSON with the status 200. */
export function verdictOfAnswer(answer: HttpAnswer): VerifyOutcome {
  const { status, text } = answer;
  const nowMs = Date.parse(answer.headers['date'] ?? '');
  const failure = accountFailureOf({ kind: 'http', ...answer }, nowMs);
  const reason = `the service answered ${status}`;
  if (failure === null) {
    const isJson = status === 200 && parseJsonOrNull(text) !== null;
    return isJson ? { outcome: 'accepted' } : { outcome: 'error', reason };
  }
  const { outcome } = failure;
  return outcome === 'unsent' ? { outcome: 'error', reason } : { ...failure, outcome };
}

/**
 * Reads the day of delivery of a service that writes days as midnights, such as
 * `2026-03-14T00:00:00Z`. Another time of day is in a zone that need not be the destination's, so
 * the day there is unknown: null.
 */
export function estimateOfMidnight(text: string | undefined): ReportedEstimate | null {
  const day = MIDNIGHT.exec(text ?? '')?.[1];
  return day === undefined || wallClockMs(day) === null
    ? null
    : { date: day, from: null, to: null };
}

const MIDNIGHT = /^(\d{4}-\d{2}-\d{2})(?:T00:00(?::00(?:\.0+)?)?Z?)?$/;
