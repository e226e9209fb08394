import {
  bareNumber,
  batchesOf,
  type CarrierSession,
  parseJsonOrNull,
  type TrackFinding,
  type TrackOutcome,
} from '../../sdk.ts';
import { apiCall } from './access.ts';
import { readAnswer } from './errors.ts';
import { missesIn, parse } from './parse.ts';
import { batch, numbered } from './schema.ts';

const BATCH = 40;
/** "Tracking numbers must be between 5 and 50" letters and digits. */
export const PATTERN = /^[0-9A-Z]{5,50}$/;
const CARRIER = /^[1-9]\d{0,8}$/;

/** Requests `gettrackinfo` for up to 40 numbers, each with its carrier where that is known. */
export async function track(
  requested: readonly string[],
  session: CarrierSession,
): Promise<readonly TrackOutcome[]> {
  const valid = requested.filter((number) => PATTERN.test(number));
  const findings = new Map<string, TrackFinding>();
  for (const numbers of batchesOf([...new Set(valid)], BATCH)) {
    await ask(numbers, session, findings);
  }
  return requested.map((trackingNumber) => ({
    trackingNumber,
    ...(findings.get(trackingNumber) ?? REFUSED),
  }));
}

const REFUSED: TrackFinding = {
  outcome: 'refused',
  reason: 'a number has 5 to 50 letters and digits',
};

/** A number with its carrier, as all calls name a parcel; without a usable code, 17TRACK detects. */
export function parcelName(number: string, carrierCode: string | null = null) {
  return carrierCode !== null && CARRIER.test(carrierCode)
    ? { number, carrier: Number(carrierCode) }
    : { number };
}

async function ask(
  numbers: readonly string[],
  session: CarrierSession,
  findings: Map<string, TrackFinding>,
): Promise<void> {
  const items = numbers.map((number) =>
    parcelName(number, session.parcelOf?.(number)?.carrierCode),
  );
  const answer = await session.send(apiCall('gettrackinfo', items));
  const read = readAnswer(answer, session.nowMs());
  if ('failed' in read || answer.kind !== 'http') {
    const failed = 'failed' in read ? read.failed : LACKING;
    for (const number of numbers) findings.set(number, failed);
    return;
  }
  const parts = partsOf(answer.text);
  const missed = new Map(
    missesIn(read.ok).map(({ trackingNumber, outcome, reason }) => [
      trackingNumber,
      { outcome, reason },
    ]),
  );
  for (const number of numbers) {
    const part = parts.get(number);
    const finding = part === undefined ? missed.get(number) : findingOf(part);
    findings.set(number, finding ?? LACKING);
  }
}

const LACKING = { outcome: 'error', reason: 'the answer lacks this number' } as const;

/** Each number's part of an answer, in the shape of a whole one. */
function partsOf(text: string): ReadonlyMap<string, string> {
  const read = batch.safeParse(parseJsonOrNull(text)?.value);
  const items = new Map<string, unknown[]>();
  for (const each of read.success ? read.data.data.accepted : []) {
    const number = bareNumber(numbered.safeParse(each).data?.number ?? '');
    items.set(number, [...(items.get(number) ?? []), each]);
  }
  return new Map(
    [...items].map(([number, accepted]) => [
      number,
      JSON.stringify({ code: 0, data: { accepted, rejected: [] } }),
    ]),
  );
}

/** `parse` decides, so that a pull and its inbound message never disagree. */
function findingOf(text: string): TrackFinding {
  const parsed = parse({ text, kind: 'track', httpStatus: 200 });
  if (parsed.outcome === 'reports') return { outcome: 'answer', httpStatus: 200, text };
  const { outcome, reason } = parsed;
  return outcome === 'not_yet' || outcome === 'not_found'
    ? { outcome, reason }
    : { outcome: 'error', reason };
}
