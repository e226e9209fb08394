import { isRecord, parseJsonOrNull } from '../../kernel/wire/loose.ts';
import type { CarrierSession, TrackOutcome } from '../contract/pull.ts';
import { type Failure, isAboutRequest, readAnswer } from './failures.ts';
import { normalize } from './numbers.ts';
import { parse } from './parse.ts';
import { networkOf } from './subscribe.ts';

/** Maximum of pages, of 250 calls a day; no number is shared by more than these fifteen parcels. */
const PAGES_MAX = 3;
const PLAUSIBLE = /^[A-Z0-9]{5,64}$/;

/**
 * Pulls by Shipment Tracking – Unified: `GET /track/shipments?trackingNumber=…`, with one number
 * for each call. One number may have several shipments, of several networks or several instances;
 * all of them are the number's answer, and `parse` separates them.
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
    // A failure of the account also affects its next call; an error may be this number's alone.
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
  if (!read.ok) return refusalAsError(read.failure);
  const { text } = read.answer;
  const page = readPage(text, 0);
  const more = page === null ? { text } : await withMore(page, { text, path, number }, session);
  if ('failure' in more) return refusalAsError(more.failure);
  const whole = more.text;
  const outcome = parse({ text: whole, kind: 'track', httpStatus: 200, requestedNumber: number });
  if (outcome.outcome === 'reports') {
    const isAbout = outcome.reports.some(({ trackingNumber, aliases }) =>
      [trackingNumber, ...aliases].map(normalize).includes(number),
    );
    // Without `service`, the first network that knows something answers, even if it is only a
    // reference.
    return isAbout
      ? { outcome: 'answer', text: whole }
      : { outcome: 'not_found', reason: 'what was found goes by other numbers' };
  }
  if (outcome.outcome === 'not_found') return { outcome: 'not_found', reason: outcome.reason };
  return { outcome: 'error', reason: `an unreadable answer: ${outcome.reason}` };
}

/**
 * Converts a refused request (400) to an error: it is a mistake of ours, which says nothing about
 * the number (DHL help centre).
 */
function refusalAsError(failure: Failure): Failure {
  return failure.outcome === 'refused' ? { ...failure, outcome: 'error' } : failure;
}

interface NumberAnswer {
  readonly text: string;
  readonly path: string;
  readonly number: string;
}

/**
 * Adds to the first page the shipments of the following pages, and of the network that should have
 * answered. A complete answer stays unchanged. A page that cannot be fetched fails the number: with
 * only some of its shipments the answer would look complete, and retract the scans of the others.
 * The other network is an extra that may be left out, unless DHL or our budget allows no
 * further calls.
 */
async function withMore(
  first: Page,
  { text, path, number }: NumberAnswer,
  session: CarrierSession,
): Promise<{ readonly text: string } | { readonly failure: Failure }> {
  const service = serviceLeftOut(first, number);
  if (first.next === null && service === null) return { text };
  const shipments = new Map(first.shipments.map((each) => [JSON.stringify(each), each]));
  const more = async (query: string): Promise<Page | Failure | null> => {
    const answer = await session.send({ method: 'GET', path: path + query });
    const read = readAnswer(answer, session.nowMs());
    if (!read.ok) return read.failure;
    const page = readPage(read.answer.text, offsetOf(query));
    for (const each of page?.shipments ?? []) shipments.set(JSON.stringify(each), each);
    return page;
  };
  let { next } = first;
  for (let pages = 1; next !== null && pages < PAGES_MAX; pages += 1) {
    const page = (await more(next)) ?? UNREADABLE_PAGE;
    const failed = 'outcome' in page;
    if (failed && !isAboutRequest(page)) return { failure: page };
    next = failed ? null : page.next;
  }
  const extra = service === null ? null : await more(`&service=${service}`);
  if (extra !== null && 'outcome' in extra && mustStop(extra)) return { failure: extra };
  return { text: JSON.stringify({ ...first.body, shipments: [...shipments.values()] }) };
}

const UNREADABLE_PAGE: Failure = { outcome: 'error', reason: 'a further page is unreadable' };

/**
 * Whether the account must pause, or nothing was sent; the number is then requested again later as
 * a whole.
 */
function mustStop({ outcome }: Failure): boolean {
  return outcome === 'rate_limited' || outcome === 'unsent';
}

/** Unified's default page size (OpenAPI 1.3.1). */
const LIMIT = 5;

interface Page {
  /** The answer's whole body. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly shipments: readonly unknown[];
  /** The query of the next page, such as `&offset=5&limit=5`; null when this is the last. */
  readonly next: string | null;
}

/**
 * Reads one page of shipments of a number; null for any other answer. Only the figures of `nextUrl`
 * are used: in DHL's own example it names another base path, and no answer may decide where our key
 * is sent.
 */
function readPage(text: string, offset: number): Page | null {
  const body = parseJsonOrNull(text)?.value;
  if (!isRecord(body) || !Array.isArray(body['shipments'])) return null;
  const shipments: readonly unknown[] = body['shipments'];
  return { body, shipments, next: nextQuery(body['nextUrl'], offset, shipments.length) };
}

function nextQuery(nextUrl: unknown, offset: number, found: number): string | null {
  if (typeof nextUrl !== 'string') return null;
  const nextOffset = figure(nextUrl, 'offset');
  const limit = figure(nextUrl, 'limit') ?? LIMIT;
  // A page that is not full is the last, whatever it says; and paging never goes backwards.
  if (nextOffset === null || nextOffset <= offset || limit === 0 || found < limit) return null;
  return `&offset=${nextOffset}&limit=${limit}`;
}

function figure(url: string, name: string): number | null {
  const digits = new RegExp(`[?&]${name}=(\\d{1,4})(?:&|$)`).exec(url)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The offset of the page that a query asks for. */
function offsetOf(query: string): number {
  return figure(query, 'offset') ?? 0;
}

/**
 * The network to request by name after this page, or null when none is left. Without `service` the
 * first network that knows the number answers, and `possibleAdditionalShipmentsUrl` names the
 * others (OpenAPI 1.3.1). With 250 calls a day, only the network that the number looks like is
 * worth one more call, and only when it has not answered.
 */
export function serviceLeftOut({ body, shipments }: Page, number: string): string | null {
  const likely = networkOf(number);
  const others = body['possibleAdditionalShipmentsUrl'];
  if (likely === null || !Array.isArray(others)) return null;
  const hasAnswered = shipments.some((each) => isRecord(each) && each['service'] === likely);
  const isNamed = others.some(
    (url: unknown) => typeof url === 'string' && serviceIn(url) === likely,
  );
  return isNamed && !hasAnswered ? likely : null;
}

function serviceIn(url: string): string | null {
  return /[?&]service=([a-z-]{1,40})(?:&|$)/.exec(url)?.[1] ?? null;
}
