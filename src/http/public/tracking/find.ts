import { Problem } from '../../../kernel/errors.ts';
import type { EnvelopeSealer } from '../../../platform/sealing/sealing.ts';
import type {
  PublicOrderParcel,
  PublicTrack,
  PublicTrackRow,
} from '../../../tracking/ports/public-tracks.ts';
import { openPersonal } from '../../../tracking/ports/shipments.ts';
import type { Handler } from '../../kit/route.ts';
import { sendJson } from './answers.ts';
import { tenantOf } from './brand-styles.ts';
import { isPlausible } from './lookup.ts';
import { dueAt } from './pages/tracking-pages.tsx';
import {
  admits,
  answerUnknownNumber,
  pageOf,
  sendPage,
  type Visit,
  type VisitorDeps,
  visitOf,
} from './visitor.ts';

interface FindDeps extends VisitorDeps {
  readonly orders: (orderId: string) => Promise<readonly PublicOrderParcel[]>;
  /** Reads the stored public answers for these numbers. */
  readonly read: (numbers: readonly string[]) => Promise<readonly PublicTrackRow[]>;
  readonly sealer: EnvelopeSealer;
}

const ORDER_CHARS_MAX = 200;
const POSTAL_CODE_CHARS_MAX = 20;
/** Makes guessing postal codes expensive: at this cost a client gets two tries a second. */
const POSTAL_CODE_COST = 10;

/**
 * `GET /track`: the form; with `number` a redirect to that parcel; with `order` (and `merchant`,
 * and `postal_code` where the shop requires it) the order's parcels.
 */
export function findHandler(deps: FindDeps): Handler {
  return async (request, response, context) => {
    const visit = visitOf(request, response, context);
    const { query } = context;
    const postalCode = query.get('postal_code') || null;
    if (!admits(deps, visit, postalCode === null ? 1 : POSTAL_CODE_COST)) return;
    const number = query.get('number')?.trim();
    const order = query.get('order')?.trim();
    if (number) redirectToParcel(deps, visit, number);
    else if (order) await answerOrder(deps, visit, order, postalCode);
    else if (visit.json) throw nothingRequested();
    else sendPage(deps, visit, { status: 200 }, (page) => deps.pages.find(page));
  };
}

function nothingRequested(): Problem {
  const fix = 'tracking.sendOrderOrNumber';
  return new Problem('invalid', 'tracking.searchTermMissing', {
    errors: [{ pointer: '?order', reason: 'values.missing', fix }],
  });
}

/** Redirects from the form to the parcel's own URL. */
function redirectToParcel(deps: VisitorDeps, visit: Visit, number: string): void {
  if (!isPlausible(number)) {
    answerUnknownNumber(deps, visit, number);
    return;
  }
  const { versioned, query } = visit.context;
  const lang = query.get('lang');
  const suffix = lang === null || versioned ? '' : `?${new URLSearchParams({ lang })}`;
  const path = `${versioned ? '/v1' : ''}/track/${encodeURIComponent(number)}${suffix}`;
  visit.response.writeHead(303, { location: path, 'cache-control': 'no-store' }).end();
}

async function answerOrder(
  deps: FindDeps,
  visit: Visit,
  order: string,
  postalCode: string | null,
): Promise<void> {
  const parcels = await findVisibleParcels(deps, order, postalCode);
  const wanted = visit.context.query.get('merchant') || null;
  const merchants = [...new Set(parcels.map(({ merchantSlug: slug }) => slug))];
  const merchant = wanted ?? merchants[0];
  if (wanted === null && merchants.length > 1) {
    answerWhichShop(deps, visit, order);
    return;
  }
  const own = parcels.filter(({ merchantSlug: slug }) => slug === merchant);
  const rows = await readPublicRows(deps, own);
  if (merchant === undefined || rows.length === 0) {
    answerUnknownOrder(deps, visit, order);
  } else if (visit.json) {
    const head = JSON.stringify({ order_id: order, merchant }).slice(0, -1);
    const bodies = rows.map(({ body }) => body).join(',');
    sendJson(visit, 200, `${head},"parcels":[${bodies}]}`);
  } else {
    const nowMs = deps.clock.nowMs();
    const tracks = rows.map(({ body }) => {
      const track = JSON.parse(body) as PublicTrack;
      return { track, due: dueAt(track, nowMs, deps.lastDelivery(track.carrier)) };
    });
    const style = await styleOfOrder(deps, visit, rows);
    sendPage(deps, visit, { status: 200, style }, (page) => deps.pages.order(page, order, tracks));
  }
}

/**
 * Uses the merchant's branding when all parcels are one merchant's; otherwise the page is neutral.
 */
function styleOfOrder(
  { pages, styles }: VisitorDeps,
  visit: Visit,
  rows: readonly PublicTrackRow[],
) {
  const tenants = rows.map(tenantOf);
  const [first = null] = tenants;
  const isOne = tenants.every((each) => each?.merchantId === first?.merchantId);
  return styles(isOne ? first : null, pageOf(pages, visit).language);
}

async function findVisibleParcels(
  { orders, sealer }: FindDeps,
  order: string,
  postalCode: string | null,
): Promise<readonly PublicOrderParcel[]> {
  if (order.length > ORDER_CHARS_MAX || order.includes('\0')) return [];
  const isPlausibleCode = postalCode !== null && postalCode.length <= POSTAL_CODE_CHARS_MAX;
  return visibleParcels(await orders(order), isPlausibleCode ? postalCode : null, sealer);
}

/** Reads the public answers, newest parcels first. Two instances of one number share one answer. */
async function readPublicRows(
  { read }: FindDeps,
  parcels: readonly PublicOrderParcel[],
): Promise<readonly PublicTrackRow[]> {
  if (parcels.length === 0) return [];
  const keyOf = (each: PublicOrderParcel | PublicTrackRow) =>
    `${each.carrier}\n${each.trackingNumber}`;
  const keys = new Set(parcels.map(keyOf));
  const numbers = new Set(parcels.map(({ trackingNumber: number }) => number));
  const rows = new Map((await read([...numbers])).map((row) => [keyOf(row), row]));
  return [...keys].flatMap((key) => rows.get(key) ?? []);
}

/**
 * Several shops have such an order. The answer does not name them, because guessing order ids would
 * otherwise reveal which shops this hub serves.
 */
function answerWhichShop(deps: VisitorDeps, visit: Visit, order: string): void {
  if (visit.json) {
    const body = { order_id: order, needed: 'merchant', detail: MERCHANT_NEEDED };
    sendJson(visit, 300, JSON.stringify(body));
    return;
  }
  sendPage(deps, visit, { status: 300 }, (page) => deps.pages.whichShop(page, order));
}

const MERCHANT_NEEDED =
  "More than one shop has this order. Add merchant={slug}, as in the shop's link.";

function answerUnknownOrder(deps: VisitorDeps, visit: Visit, order: string): void {
  if (visit.json) {
    throw new Problem('not_found', 'tracking.orderNotFound');
  }
  const shown = order.slice(0, ORDER_CHARS_MAX);
  sendPage(deps, visit, { status: 404 }, (page) => deps.pages.orderNotFound(page, shown));
}

/**
 * The parcels of an order this visitor may see: all those of merchants with open lookup, and those
 * of other merchants whose postal code matches. A hidden parcel leaves no trace in the answer, so
 * asking reveals no order.
 */
export function visibleParcels(
  parcels: readonly PublicOrderParcel[],
  postalCode: string | null,
  sealer: EnvelopeSealer,
): readonly PublicOrderParcel[] {
  const given = postalCode === null ? null : foldPostalCode(postalCode);
  return parcels.filter((parcel) => {
    if (parcel.orderLookup === 'open') return true;
    return given !== null && matchesPostalCode(destinationPostalCode(parcel, sealer), given);
  });
}

/** Whether the codes are equal; a 9-digit and a 5-digit ZIP are if their first five digits are. */
function matchesPostalCode(destination: string | null, given: string): boolean {
  if (destination === null) return false;
  const wanted = foldPostalCode(destination);
  if (wanted === given) return wanted !== '';
  const zips = /^\d{5}(\d{4})?$/;
  return zips.test(wanted) && zips.test(given) && wanted.length !== given.length
    ? wanted.slice(0, 5) === given.slice(0, 5)
    : false;
}

/** Normalizes spellings such as `SW1A 1AA`, `sw1a1aa` and `1010-010`. */
function foldPostalCode(text: string): string {
  return text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** Null if no destination was given, its key was destroyed, or it cannot be decrypted. */
function destinationPostalCode(
  { personal, dataKey }: PublicOrderParcel,
  sealer: EnvelopeSealer,
): string | null {
  if (personal === null || dataKey === null) return null;
  try {
    const { destination } = openPersonal({ content: personal, dataKey }, sealer);
    const code = destination?.['postal_code'];
    return typeof code === 'string' ? code : null;
  } catch {
    return null;
  }
}
