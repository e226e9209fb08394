import type { CarrierSession, TrackOutcome } from '../contract-pull.ts';
import { normalize } from './numbers.ts';
import { parse } from './parse.ts';
import { type Failure, isAboutRequest, readAnswer } from './pulling/failures.ts';
import { serviceLeftOut } from './pulling/other-networks.ts';
import { offsetOf, type Page, readPage } from './pulling/pages.ts';

/** Of 250 calls a day; fifteen parcels under one number are more than any is shared by. */
const PAGES_MAX = 3;
const PLAUSIBLE = /^[A-Z0-9]{5,64}$/;

/**
 * Shipment Tracking – Unified: `GET /track/shipments?trackingNumber=…`, one number a call. One
 * number may bring several shipments, of several networks or several lives; all of them are the
 * number's answer, and `parse` tells them apart.
 */
export async function track(
  numbers: readonly string[],
  session: CarrierSession,
): Promise<readonly TrackOutcome[]> {
  const outcomes: TrackOutcome[] = [];
  let stop: Failure | null = null;
  for (const trackingNumber of numbers) {
    const found: Found = stop === null ? await ask(normalize(trackingNumber), session) : stop;
    if (found.outcome === 'answer') {
      outcomes.push({ outcome: 'answer', trackingNumber, httpStatus: 200, text: found.text });
      continue;
    }
    // What ails the account ails its next call, too; an error may be this number's alone.
    if (!isAboutRequest(found) && found.outcome !== 'error') stop = found;
    outcomes.push({ ...found, trackingNumber });
  }
  return outcomes;
}

type Found = { readonly outcome: 'answer'; readonly text: string } | Failure;

async function ask(number: string, session: CarrierSession): Promise<Found> {
  if (!PLAUSIBLE.test(number)) return { outcome: 'refused', reason: 'it can be no number' };
  const path = `/track/shipments?trackingNumber=${encodeURIComponent(number)}`;
  const read = readAnswer(await session.send({ method: 'GET', path }), session.nowMs());
  if (!read.ok) return misfortune(read.failure);
  const { text } = read.answer;
  const page = readPage(text, 0);
  const whole = page === null ? text : await withMore(page, { text, path, number }, session);
  const outcome = parse({ text: whole, kind: 'track', httpStatus: 200 });
  if (outcome.outcome === 'reports') {
    const isAbout = outcome.reports.some(({ trackingNumber, aliases }) =>
      [trackingNumber, ...aliases].map(normalize).includes(number),
    );
    // Without `service` the first network that knows something answers, be it a reference only.
    return isAbout
      ? { outcome: 'answer', text: whole }
      : { outcome: 'not_found', reason: 'what was found goes by other numbers' };
  }
  if (outcome.outcome === 'not_found') return { outcome: 'not_found', reason: outcome.reason };
  return { outcome: 'error', reason: `an unreadable answer: ${outcome.reason}` };
}

/** A 400 is a mistake of ours, which says nothing about the number (DHL help centre). */
function misfortune(failure: Failure): Failure {
  return failure.outcome === 'refused' ? { ...failure, outcome: 'error' } : failure;
}

interface Asked {
  readonly text: string;
  readonly path: string;
  readonly number: string;
}

/**
 * The first page with the shipments of those that follow, and of the network that should have
 * answered; what cannot be had is left out. A whole answer stays as it came.
 */
async function withMore(first: Page, asked: Asked, session: CarrierSession): Promise<string> {
  const { text, path, number } = asked;
  const service = serviceLeftOut(first, number);
  if (first.next === null && service === null) return text;
  const shipments = new Map(first.shipments.map((each) => [JSON.stringify(each), each]));
  const more = async (query: string): Promise<Page | null> => {
    const read = readAnswer(await session.send({ method: 'GET', path: path + query }), 0);
    const page = read.ok ? readPage(read.answer.text, offsetOf(query)) : null;
    for (const each of page?.shipments ?? []) shipments.set(JSON.stringify(each), each);
    return page;
  };
  let { next } = first;
  for (let pages = 1; next !== null && pages < PAGES_MAX; pages += 1) {
    next = (await more(next))?.next ?? null;
  }
  if (service !== null) await more(`&service=${service}`);
  return JSON.stringify({ ...first.body, shipments: [...shipments.values()] });
}
