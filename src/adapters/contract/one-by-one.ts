import type { BridgedParcel } from './bridge.ts';
import type { CarrierAdapter, ParseOutcome, ReportedFact } from './contract.ts';
import {
  type AccountFailure,
  type CarrierAnswer,
  type CarrierCall,
  type Credentials,
  failureOf,
  type TrackFinding,
  waitRequestedBy,
} from './pull.ts';

/**
 * For adapters of carriers that answer about one number per call: pulling, the meaning of an HTTP
 * status without a body, and reading a list of events.
 */

type Track = NonNullable<CarrierAdapter['track']>;
type Reader = Pick<CarrierAdapter, 'numbers' | 'parse'>;

/** Outcomes about the account. They apply to the remaining numbers, which are not requested. */
const STOPPING: ReadonlySet<string> = new Set([
  'auth_error',
  'scope_missing',
  'rate_limited',
  'unsent',
]);

/**
 * Makes one call after the other. A finding about the account applies to the remaining numbers, for
 * which no call is made.
 */
async function findOneByOne<Finding extends { readonly outcome: string }>(
  numbers: readonly string[],
  find: (trackingNumber: string) => Promise<Finding>,
): Promise<readonly (Finding & { readonly trackingNumber: string })[]> {
  const found: (Finding & { readonly trackingNumber: string })[] = [];
  for (const trackingNumber of numbers) {
    const before = found.at(-1);
    const stops = before !== undefined && STOPPING.has(before.outcome);
    found.push({ ...(stops ? before : await find(trackingNumber)), trackingNumber });
  }
  return found;
}

/**
 * Makes a `track` that requests one number at a time. `callFor` returns the call for a normalized
 * number, or null for a text that is not a number of the carrier: it could change the URL, so it is
 * refused. Bridges also get what the hub knows of the parcel.
 * @example
 * export const track = trackOneByOne({ numbers, parse }, (number) =>
 *   PATTERN.test(number) ? { method: 'GET', path: `/v1/parcels/${number}` } : null,
 * );
 */
export function trackOneByOne(
  reader: Reader,
  callFor: (
    number: string,
    credentials: Credentials,
    parcel: BridgedParcel | null,
  ) => CarrierCall | null,
): Track {
  return (requested, session) =>
    findOneByOne(requested, async (trackingNumber): Promise<TrackFinding> => {
      const number = reader.numbers.normalize(trackingNumber);
      const parcel = session.parcelOf?.(trackingNumber) ?? null;
      const call = callFor(number, session.credentials, parcel);
      return call === null
        ? { outcome: 'refused', reason: 'it does not have the form of a number of this carrier' }
        : findingOf(reader, number, await session.send(call), session.nowMs());
    });
}

/** Judges an answer by `parse`, so that a pull and a later reading of its answer never disagree. */
function findingOf(
  { parse }: Reader,
  number: string,
  answer: CarrierAnswer,
  nowMs: number,
): TrackFinding {
  if (answer.kind !== 'http') {
    return failureOf(answer) ?? { outcome: 'error', reason: 'no usable answer' };
  }
  const { status, text } = answer;
  const parsed = parse({ text, httpStatus: status, kind: 'track', requestedNumber: number });
  if (parsed.outcome === 'reports') {
    const isReported = parsed.reports.some((report) =>
      [report.trackingNumber, ...report.aliases].includes(number),
    );
    if (isReported) return { outcome: 'answer', httpStatus: status, text };
    const miss = parsed.misses.find(({ trackingNumber }) => trackingNumber === number);
    if (miss !== undefined) return { outcome: miss.outcome, reason: miss.reason };
    return { outcome: 'error', reason: 'the answer is about another parcel' };
  }
  const { outcome, reason } = parsed;
  if (outcome === 'rate_limited') return { outcome, reason, ...waitRequestedBy(answer, nowMs) };
  if (outcome === 'auth_error') return { outcome, reason };
  const isOther = parsed.trackingNumbers.some((other) => other !== number);
  if ((outcome === 'not_found' || outcome === 'not_yet') && !isOther) return { outcome, reason };
  return { outcome: 'error', reason, ...waitRequestedBy(answer, nowMs) };
}

/**
 * What an answer to a bridge means for the account, by its status alone; null: it is about the
 * parcel.
 */
export function accountFailureOf(answer: CarrierAnswer, nowMs: number): AccountFailure | null {
  if (answer.kind !== 'http') return failureOf(answer);
  const { status } = answer;
  const reason = `HTTP ${status}`;
  if (status === 401 || status === 403) return { outcome: 'auth_error', reason };
  if (status === 429) return { outcome: 'rate_limited', reason, ...waitRequestedBy(answer, nowMs) };
  const isAboutParcel = status < 300 || (status >= 400 && status < 500);
  return isAboutParcel ? null : { outcome: 'error', reason };
}

/** The meaning of a status if the body is empty or from a gateway; null if it is no failure. */
export function failureOfStatus(status: number | undefined): ParseOutcome | null {
  if (status === undefined || status < 400) return null;
  const outcome =
    status === 401 || status === 403 ? 'auth_error' : status === 429 ? 'rate_limited' : 'error';
  return { outcome, reason: `HTTP ${status} without a readable body`, trackingNumbers: [] };
}

/**
 * Reads at most `eventsMax` events, and warns of further ones. `factOf` returns null for an event
 * without a code, which a warning names as an element of `member`.
 */
export function readFacts<Event>(
  events: readonly (Event | null)[],
  eventsMax: number,
  member: string,
  factOf: (event: Event) => ReportedFact | null,
): { readonly facts: readonly ReportedFact[]; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const facts = events.slice(0, eventsMax).flatMap((event, index) => {
    const fact = event === null ? null : factOf(event);
    if (fact === null) warnings.push(`${member}[${index}]: no code`);
    return fact === null ? [] : [fact];
  });
  if (events.length > eventsMax) warnings.push(`more than ${eventsMax} events`);
  return { facts, warnings };
}
