import { wallClockMs } from '../../kernel/time/place-time.ts';
import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import {
  type CarrierAdapter,
  type CarrierReport,
  EMPTY_SNAPSHOT,
  type NumberMiss,
  type ParseOutcome,
  type ReportedEstimate,
  type ReportSnapshot,
} from './contract.ts';
import { accountFailureOf } from './one-by-one.ts';
import type {
  AccountFailure,
  CarrierCall,
  CarrierSession,
  HttpAnswer,
  TrackFinding,
  VerifyOutcome,
} from './pull.ts';

/** For bridges that list many parcels in an answer: how to pull them and how to read them. */

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
export function readParcels<Item>(
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

/** How a bridge answers about many numbers. */
export interface ListedParcels extends Pick<CarrierAdapter, 'numbers' | 'parse'> {
  /** The call for normalized numbers. */
  callFor(numbers: readonly string[]): CarrierCall;
  /** Reads which parcels an answer lists; null: it is no list. */
  readList(value: unknown): ParcelList | null;
  /** Returns a document with some of the items of a list, which `parse` reads. */
  documentOf(items: readonly unknown[]): unknown;
}

export interface ParcelList {
  readonly parcels: readonly {
    /** As it is written there. */
    readonly number: string;
    readonly id: string;
    /** The parcel's part of the answer. */
    readonly item: unknown;
  }[];
  /** Whether there are more parcels than these. */
  readonly hasMore: boolean;
}

/** Makes a `track` that requests all numbers in one call. */
export function trackListed(service: ListedParcels): NonNullable<CarrierAdapter['track']> {
  return async (requested, session) => {
    const { numbers } = service;
    const sendable = new Set(
      requested.map(numbers.normalize).filter((number) => SENDABLE_NUMBER.test(number)),
    );
    const found = sendable.size === 0 ? null : await askForList(service, [...sendable], session);
    return requested.map((trackingNumber) => {
      const number = numbers.normalize(trackingNumber);
      return {
        trackingNumber,
        ...(found === null || !sendable.has(number)
          ? ({ outcome: 'refused', reason: 'a number has 4 to 64 letters and digits' } as const)
          : 'outcome' in found
            ? found
            : findingIn(service, found, number, session.parcelOf?.(trackingNumber)?.reference)),
      };
    });
  };
}

async function askForList(
  { callFor, readList }: ListedParcels,
  numbers: readonly string[],
  session: CarrierSession,
): Promise<ParcelList | AccountFailure> {
  const answer = await session.send(callFor(numbers));
  const failure = accountFailureOf(answer, session.nowMs());
  if (failure !== null || answer.kind !== 'http') {
    return failure ?? { outcome: 'error', reason: 'no usable answer' };
  }
  const list = answer.status === 200 ? readList(parseJsonOrNull(answer.text)?.value) : null;
  return list ?? { outcome: 'error', reason: `HTTP ${answer.status} without a list of parcels` };
}

/** What a list says about a number. Of several parcels, the registered one counts. */
function findingIn(
  { numbers, parse, documentOf }: ListedParcels,
  { parcels, hasMore }: ParcelList,
  number: string,
  reference: string | null | undefined,
): TrackFinding {
  const own = parcels.filter((parcel) => numbers.normalize(parcel.number) === number);
  const registered = own.filter(({ id }) => id === reference);
  const items = (registered.length > 0 ? registered : own).map(({ item }) => item);
  if (items.length === 0) {
    return hasMore
      ? { outcome: 'error', reason: 'the answer is only the first page' }
      : { outcome: 'not_found', reason: 'no such parcel is registered' };
  }
  const text = JSON.stringify(documentOf(items));
  const read = parse({ text, httpStatus: 200, kind: 'track', requestedNumber: number });
  switch (read.outcome) {
    case 'reports':
      return { outcome: 'answer', httpStatus: 200, text };
    case 'not_yet':
      return { outcome: 'not_yet', reason: read.reason };
    default:
      return { outcome: 'error', reason: read.reason };
  }
}

/** Reads the answer to a call that only right credentials can make: JSON with the status 200. */
export function verdictOf(answer: HttpAnswer): VerifyOutcome {
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
