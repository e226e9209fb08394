import { intervalOf } from '../../../kernel/time/place-time.ts';
import type { CarrierReport, NumberMiss } from '../../contract/contract.ts';
import { normalize } from '../numbers.ts';
import { schema } from '../schema.ts';

/**
 * The result for one shipment of an answer: a report, a miss of its number, or nothing usable. The
 * number of a miss is empty if neither the answer nor the request names it.
 */
export interface ReadShipment {
  readonly report: CarrierReport | null;
  readonly miss: NumberMiss | null;
  readonly warnings: readonly string[];
}

/** Returns the result for a part of an answer that names no parcel, with the reason. */
export function unusable(warning: string): ReadShipment {
  return { report: null, miss: null, warnings: [warning] };
}

/** Maximum length of a number; the longest documented one is GM and 39 more. */
const NUMBER_LENGTH_MAX = 64;

/**
 * Returns the number if it is plausible; null when it is empty or absurdly long. The caller has
 * normalized it.
 */
export function plausibleNumber(number: string | null): string | null {
  return number === null || number === '' || number.length > NUMBER_LENGTH_MAX ? null : number;
}

/**
 * The requested number, if the shipment has none among its `spellings` but has events; null: it has
 * to name one itself.
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

/** The other spellings of a number, each once, without the number itself. */
export function aliasesOf(
  trackingNumber: string,
  spellings: readonly (string | null)[],
): readonly string[] {
  const aliases = new Set(spellings.filter((spelling) => plausibleNumber(spelling) !== null));
  aliases.delete(trackingNumber);
  return [...aliases].flatMap((alias) => (alias === null ? [] : [alias]));
}

/**
 * Gives ids to reports that share a number. One number can belong to several shipments: of other
 * networks, or of an earlier parcel. They are separate instances, distinguished by service and
 * first event, newest first. A single shipment gets no such id: DHL gives none of its own, and ours
 * would outlive the recycling of the number.
 */
export function distinguishShipments(reports: readonly CarrierReport[]): readonly CarrierReport[] {
  const count = new Map<string, number>();
  for (const { trackingNumber } of reports) {
    count.set(trackingNumber, (count.get(trackingNumber) ?? 0) + 1);
  }
  if (reports.every(({ trackingNumber }) => count.get(trackingNumber) === 1)) return reports;
  return reports
    .map((report) =>
      count.get(report.trackingNumber) === 1 ? report : { ...report, carrierPieceId: idOf(report) },
    )
    .sort((a, b) => newestMs(b) - newestMs(a));
}

/** Returns an id from the service and the day of the first event. */
function idOf({ facts, snapshot }: CarrierReport): string {
  const service = facts[0]?.codes['service'] ?? snapshot.summary?.codes['service'] ?? '';
  const days = facts.flatMap(({ time }) => (time.local === null ? [] : [time.local.slice(0, 10)]));
  return `${service}/${days.sort()[0] ?? ''}`;
}

function newestMs({ facts }: CarrierReport): number {
  return facts.reduce(
    (newest, { time }) => Math.max(newest, intervalOf(time, 0).lo),
    Number.MIN_SAFE_INTEGER,
  );
}

export type Failure = Omit<NumberMiss, 'trackingNumber'>;

interface ReadProblem {
  readonly failure: Failure;
  /** The number that the problem names in its `instance`, if it does. */
  readonly trackingNumbers: readonly string[];
}

/**
 * Reads `application/problem+json` of any DHL API. `status` is a number, in MyDHL a text, and for
 * some gateways the only member. Null when the body is not a problem. Title and detail are not
 * repeated, because they may contain references.
 */
export function readProblem(body: unknown, httpStatus: number | null): ReadProblem | null {
  const parsed = schema.problem.safeParse(body);
  if (!parsed.success) return null;
  const { title, detail, status, instance } = parsed.data;
  if (title === null && detail === null && !/^[45]\d\d$/.test(status ?? '')) return null;
  const code = Number(status ?? httpStatus);
  if (!(code >= 400 && code <= 599)) return null;
  const number = /\/shipments?\/([A-Za-z0-9]{5,40})(?:[/?]|$)/.exec(instance ?? '')?.[1];
  return { failure: failureOfStatus(code), trackingNumbers: number === undefined ? [] : [number] };
}

/**
 * The meaning of an HTTP status. 404 covers unknown, purged and too new numbers alike. For 429 no
 * reliable Retry-After is sent, and the day's allowance is renewed at midnight GMT.
 */
export function failureOfStatus(status: number): Failure {
  if (status === 401 || status === 403) {
    return { outcome: 'auth_error', reason: `key refused or product not enabled (${status})` };
  }
  if (status === 404) return { outcome: 'not_found', reason: 'no shipment found (404)' };
  if (status === 429) return { outcome: 'rate_limited', reason: 'too many calls (429)' };
  return { outcome: 'error', reason: `carrier answered an error ${status}` };
}
