import { bareNumber } from '../../kernel/numbers/check-digit.ts';
import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import {
  type CarrierAdapter,
  type CarrierReport,
  type NumberMiss,
  type ParseOutcome,
  type Payload,
  requestedNumber,
} from './contract.ts';
import {
  type AccountFailure,
  type BridgedParcel,
  batchesOf,
  type CarrierAnswer,
  type CarrierCall,
  type CarrierSession,
  failureOf,
  type HttpAnswer,
  type TrackFinding,
  type VerifyOutcome,
  waitRequestedBy,
} from './pull.ts';

/**
 * For bridges that answer about many numbers in one list: how to pull, register and stop. `parse`
 * judges every answer, so that a pull and its inbound message never disagree.
 */

type Parse = CarrierAdapter['parse'];
type Track = NonNullable<CarrierAdapter['track']>;

const REFUSED = { outcome: 'refused', reason: 'it has not the form of a number' } as const;
const LACKING = { outcome: 'error', reason: 'the answer lacks this number' } as const;

/** A service's call for the histories of some numbers. */
export interface BatchedCall {
  readonly parse: Parse;
  /** How many numbers fit in a call. */
  readonly size: number;
  /** Matches the numbers that may be sent; all others are refused. */
  readonly pattern: RegExp;
  callFor(numbers: readonly string[], session: CarrierSession): CarrierCall;
  /** The list in an answer, each item with all its members. Total. */
  itemsIn(answer: unknown): readonly Readonly<Record<string, unknown>>[];
  /** The member of an item that has its number. */
  readonly numberedBy: string;
  /** An answer with only these items. */
  answerWith(items: readonly unknown[]): unknown;
  /** What it means that a number is not in an answer; absent: an error. */
  readonly lacking?: TrackFinding;
}

/** Makes a `track` that requests many numbers at a time. */
export function trackInBatches(service: BatchedCall): Track {
  return async (requested, session) => {
    const findings = new Map<string, TrackFinding>();
    const valid = new Set(requested.filter((number) => service.pattern.test(number)));
    for (const numbers of batchesOf([...valid], service.size)) {
      const answer = await session.send(service.callFor(numbers, session));
      const find = finderOf(service, answer, session.nowMs());
      for (const number of numbers) findings.set(number, find(number));
    }
    return requested.map((trackingNumber) => ({
      trackingNumber,
      ...(findings.get(trackingNumber) ?? REFUSED),
    }));
  };
}

function finderOf(
  service: BatchedCall,
  answer: CarrierAnswer,
  nowMs: number,
): (number: string) => TrackFinding {
  const { parse, lacking = LACKING } = service;
  const failure = failureIn(parse, answer, nowMs);
  if (failure !== null || answer.kind !== 'http') return () => failure ?? LACKING;
  const { text, status } = answer;
  const parsed = parseAnswer(parse, answer);
  if (parsed.outcome === 'unreadable') {
    return () => ({ outcome: 'error', reason: parsed.reason });
  }
  const parts = partsOf(service, text);
  const { outcome } = parsed;
  const misses =
    outcome === 'reports'
      ? parsed.misses
      : parsed.trackingNumbers.map((trackingNumber) => ({
          trackingNumber,
          outcome,
          reason: parsed.reason,
        }));
  const missed = new Map(misses.map(({ trackingNumber, ...finding }) => [trackingNumber, finding]));
  const reports = outcome === 'reports' ? parsed.reports : [];
  const reported = new Set(reports.map(({ trackingNumber }) => trackingNumber));
  return (number) => {
    const part = reported.has(number) ? parts.get(number) : undefined;
    if (part !== undefined) return { outcome: 'answer', httpStatus: status, text: part };
    return missed.get(number) ?? lacking;
  };
}

/** Each normalized number's part of an answer, in the shape of a whole one. */
function partsOf(
  { itemsIn, numberedBy, answerWith }: BatchedCall,
  text: string,
): ReadonlyMap<string, string> {
  const items = new Map<string, unknown[]>();
  for (const item of itemsIn(parseJsonOrNull(text)?.value)) {
    const number = bareNumber(String(item[numberedBy] ?? ''));
    const its = items.get(number);
    if (its === undefined) items.set(number, [item]);
    else its.push(item);
  }
  return new Map([...items].map(([number, its]) => [number, JSON.stringify(answerWith(its))]));
}

/** How to read the parcels in a list. */
export interface ParcelList<Item> {
  /** The list's name in warnings. */
  readonly member: string;
  readonly items: readonly (Item | null)[];
  readonly itemsMax: number;
  /** The number as it is written; absent: a single parcel is the requested one. */
  numberOf(item: Item): string | undefined;
  /** Reads a parcel: its report, or why there is none. Adds to the warnings. */
  read(trackingNumber: string, item: Item, warnings: string[]): CarrierReport | NumberMiss;
  /** Numbers of the same answer that are not in the list. */
  readonly misses: readonly NumberMiss[];
}

/** Reads the parcels in a list: as reports, or if there is only one miss, as that. */
export function readParcels<Item>(payload: Payload, list: ParcelList<Item>): ParseOutcome {
  const { items, itemsMax, member } = list;
  const reports: CarrierReport[] = [];
  const misses = [...list.misses];
  const warnings: string[] = [];
  const asked = items.length === 1 ? requestedNumber(payload) : undefined;
  items.slice(0, itemsMax).forEach((item, index) => {
    // An empty `asked` stands for an unknown number.
    const number = item === null ? undefined : bareNumber(list.numberOf(item) ?? '') || asked;
    if (item === null || number === undefined) {
      warnings.push(`${member}[${index}]: no number`);
      return;
    }
    const read = list.read(number, item, warnings);
    if ('facts' in read) reports.push(read);
    else misses.push(read);
  });
  if (items.length > itemsMax) warnings.push(`more than ${itemsMax} parcels`);
  const [first] = misses;
  if (first === undefined && reports.length === 0) {
    return { outcome: 'unreadable', reason: `no number in ${member}`, trackingNumbers: [] };
  }
  if (first === undefined || reports.length > 0 || misses.length > 1) {
    return { outcome: 'reports', reports, misses, warnings };
  }
  const { trackingNumber, ...rest } = first;
  return { ...rest, trackingNumbers: [trackingNumber] };
}

/** A service's call that registers or stops parcels. */
export interface ParcelsCall<Outcome> {
  readonly parse: Parse;
  /** Matches the numbers that may be sent; all others are refused. */
  readonly pattern: RegExp;
  callFor(parcels: readonly BridgedParcel[]): CarrierCall;
  /** What an answer says about each normalized number. Total. */
  read(text: string): ReadonlyMap<string, Outcome>;
  /** What an answer says about all of them; null, or absent: nothing. Total. */
  readForAll?(text: string): Outcome | null;
}

/** Makes one call about parcels, and returns one outcome for each. */
export async function settleParcels<Outcome>(
  parcels: readonly BridgedParcel[],
  session: CarrierSession,
  { parse, pattern, callFor, read, readForAll }: ParcelsCall<Outcome>,
): Promise<
  readonly ((Outcome | AccountFailure | typeof REFUSED) & { readonly trackingNumber: string })[]
> {
  const usable = parcels.filter(({ trackingNumber }) => pattern.test(trackingNumber));
  const answer = usable.length === 0 ? null : await session.send(callFor(usable));
  const common = answer?.kind === 'http' ? readForAll?.(answer.text) : null;
  const failure = common ?? (answer === null ? null : failureIn(parse, answer, session.nowMs()));
  const found = answer?.kind === 'http' && failure === null ? read(answer.text) : null;
  return parcels.map(({ trackingNumber }) => ({
    ...(pattern.test(trackingNumber)
      ? (failure ?? found?.get(trackingNumber) ?? LACKING)
      : REFUSED),
    trackingNumber,
  }));
}

/** What an answer says about the account or the service; null: it is about numbers. */
export function failureIn(
  parse: Parse,
  answer: CarrierAnswer,
  nowMs?: number,
): AccountFailure | null {
  return answer.kind === 'http' ? failedAnswer(parse, answer, nowMs) : failureOf(answer);
}

/** Reads the answer to a request for a history: credentials are right if it has one, or none yet. */
export function verdictOf(parse: Parse): (answer: HttpAnswer) => VerifyOutcome {
  return (answer) => {
    const { outcome } = parseAnswer(parse, answer);
    if (outcome === 'unreadable') return { outcome: 'error', reason: 'an unreadable answer' };
    return failedAnswer(parse, answer) ?? { outcome: 'accepted' };
  };
}

function failedAnswer(parse: Parse, answer: HttpAnswer, nowMs?: number) {
  const parsed = parseAnswer(parse, answer);
  const { outcome } = parsed;
  if (outcome !== 'reports' && parsed.trackingNumbers.length === 0) {
    const { reason } = parsed;
    if (outcome === 'auth_error' || outcome === 'error') return { outcome, reason };
    if (outcome === 'rate_limited') {
      const { retryAfterS } = parsed;
      const given = retryAfterS === undefined ? {} : { retryAfterS };
      return { outcome, reason, ...given, ...waitRequestedBy(answer, nowMs) };
    }
  }
  const isSuccess = answer.status >= 200 && answer.status < 300;
  return isSuccess ? null : ({ outcome: 'error', reason: `HTTP ${answer.status}` } as const);
}

function parseAnswer(parse: Parse, { text, status: httpStatus }: HttpAnswer): ParseOutcome {
  return parse({ text, httpStatus, kind: 'track' });
}
