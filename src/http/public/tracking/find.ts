import { Problem } from '../../../kernel/errors.ts';
import type { EnvelopeSealer } from '../../../platform/sealing/sealing.ts';
import {
  ORDER_SHOPS_MAX,
  type PublicOrderParcel,
  type PublicTrack,
  type PublicTrackRow,
} from '../../../tracking/ports/public-tracks.ts';
import { openPersonal } from '../../../tracking/ports/shipments.ts';
import type { Handler } from '../../kit/route.ts';
import { sendJson } from './answers.ts';
import { isPlausible } from './lookup.ts';
import { orderNames } from './order-names.ts';
import { dueAt } from './pages/tracking-pages.tsx';
import type { pastedSpellings } from './spellings.ts';
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
  /** Reads the parcels of an order by its possible names; of all shops if none is named. */
  readonly orders: (
    names: readonly string[],
    shop: string | null,
  ) => Promise<readonly PublicOrderParcel[]>;
  /** Reads the stored public answers for these numbers. */
  readonly read: (numbers: readonly string[]) => Promise<readonly PublicTrackRow[]>;
  /** The spellings of the numbers in a pasted text (see spellings.ts). */
  readonly pasted: ReturnType<typeof pastedSpellings>;
  readonly sealer: EnvelopeSealer;
}

const ORDER_CHARS_MAX = 200;
const POSTAL_CODE_CHARS_MAX = 20;
/** Makes guessing postal codes expensive: at this cost a client gets two tries a second. */
const POSTAL_CODE_COST = 10;

/**
 * `GET /track`: the form; with `number` a redirect to that parcel, or the parcels if the text has
 * several numbers; with `order` (and `merchant`,
 * and `postal_code` where the shop requires it) the order's parcels.
 */
export function findHandler(deps: FindDeps): Handler {
  return async (request, response, context) => {
    const visit = visitOf(request, response, context);
    const { query } = context;
    const postalCode = query.get('postal_code') || null;
    const number = query.get('number')?.trim();
    const order = query.get('order')?.trim();
    const pasted = number ? deps.pasted(number) : [];
    const cost = Math.max(pasted.length, postalCode === null ? 1 : POSTAL_CODE_COST);
    if (!admits(deps, visit, cost)) return;
    if (number) await answerNumbers(deps, visit, number, pasted);
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

/** Redirects to the parcel whose number the text has, and shows the parcels if there are several. */
async function answerNumbers(
  deps: FindDeps,
  visit: Visit,
  typed: string,
  pasted: ReturnType<FindDeps['pasted']>,
): Promise<void> {
  const read = pasted.length === 0 ? [] : await deps.read([...new Set(pasted.flat(2))]);
  const rows = pasted.flatMap((readings) => {
    const found = readings.map((reading) =>
      read.filter(({ trackingNumber }) => reading.includes(trackingNumber)),
    );
    return found.find(({ length }) => length > 0) ?? [];
  });
  const [first, ...others] = new Set(rows.map(({ trackingNumber }) => trackingNumber));
  if (others.length === 0) redirectToParcel(deps, visit, first ?? typed);
  else if (visit.json) sendJson(visit, 200, `{"parcels":${jsonOf(rows)}}`);
  else {
    const tracks = tracksOf(deps, rows);
    sendPage(deps, visit, { status: 200 }, (page) => deps.pages.parcels(page, tracks));
  }
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
  const found = await findParcels(deps, order, visit.context.query.get('merchant') || null);
  const isPlausibleCode = postalCode !== null && postalCode.length <= POSTAL_CODE_CHARS_MAX;
  const given = isPlausibleCode ? postalCode : null;
  const shop = onlyShop(found, given, deps.sealer);
  if (shop === null) {
    answerWhichShop(deps, visit, order);
    return;
  }
  // Of several shops, only a share of each one's parcels was read.
  const isAlone = found.every(({ merchantSlug: slug }) => slug === shop);
  const own = isAlone ? found : await findParcels(deps, order, shop);
  const rows = await readPublicRows(deps, visibleParcels(own, given, deps.sealer));
  const [first] = own;
  if (first === undefined || rows.length === 0) {
    answerUnknownOrder(deps, visit, order);
  } else if (visit.json) {
    const head = JSON.stringify({ order_id: order, merchant: shop }).slice(0, -1);
    sendJson(visit, 200, `${head},"parcels":${jsonOf(rows)}}`);
  } else {
    const tracks = tracksOf(deps, rows);
    // The order's own shop, whoever else has registered its numbers.
    const style = await deps.styles(first, pageOf(deps.pages, visit).language);
    sendPage(deps, visit, { status: 200, style }, (page) => deps.pages.order(page, order, tracks));
  }
}

function jsonOf(rows: readonly PublicTrackRow[]): string {
  return `[${rows.map(({ body }) => body).join(',')}]`;
}

function tracksOf({ clock, lastDelivery }: FindDeps, rows: readonly PublicTrackRow[]) {
  return rows.map(({ body }) => {
    const track = JSON.parse(body) as PublicTrack;
    return { track, due: dueAt(track, clock.nowMs(), lastDelivery(track.carrier)) };
  });
}

async function findParcels(
  { orders }: FindDeps,
  order: string,
  shop: string | null,
): Promise<readonly PublicOrderParcel[]> {
  if (order.length > ORDER_CHARS_MAX || order.includes('\0') || shop?.includes('\0')) return [];
  return orders(orderNames(order), shop);
}

/**
 * The shop that the visitor means, as its slug; '' if none has the order. Null: it can be several,
 * and is never guessed, because any shop can register parcels with another's order id. The postal
 * code leaves out shops of which all parcels are known to go elsewhere.
 */
export function onlyShop(
  parcels: readonly PublicOrderParcel[],
  given: string | null,
  sealer: EnvelopeSealer,
): string | null {
  const slugs = new Set(parcels.map(({ merchantSlug: slug }) => slug));
  if (slugs.size < 2) return parcels[0]?.merchantSlug ?? '';
  if (slugs.size >= ORDER_SHOPS_MAX) return null;
  const possible = parcels
    .map((parcel) => ({ slug: parcel.merchantSlug, goesThere: goesTo(parcel, given, sealer) }))
    .filter(({ goesThere }) => goesThere !== false);
  const sure = possible.find(({ goesThere }) => goesThere);
  return sure !== undefined && possible.every(({ slug }) => slug === sure.slug) ? sure.slug : null;
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
  "More than one shop has this order. Add merchant={slug}, as in the shop's link, or postal_code.";

function answerUnknownOrder(deps: VisitorDeps, visit: Visit, order: string): void {
  if (visit.json) {
    throw new Problem('not_found', 'tracking.orderNotFound');
  }
  const shown = order.slice(0, ORDER_CHARS_MAX);
  sendPage(deps, visit, { status: 404 }, (page) => deps.pages.orderNotFound(page, shown));
}

/**
 * The parcels of an order this visitor may see: all if the merchant allows it, otherwise those whose
 * postal code matches. A hidden parcel leaves no trace in the answer about its shop.
 */
export function visibleParcels(
  parcels: readonly PublicOrderParcel[],
  given: string | null,
  sealer: EnvelopeSealer,
): readonly PublicOrderParcel[] {
  return parcels.filter(
    (parcel) => parcel.orderLookup === 'open' || goesTo(parcel, given, sealer) === true,
  );
}

/** Whether the parcel goes to the postal code; null if that is not known. */
function goesTo(
  parcel: PublicOrderParcel,
  given: string | null,
  sealer: EnvelopeSealer,
): boolean | null {
  if (given === null) return null;
  const destination = foldPostalCode(destinationPostalCode(parcel, sealer));
  return destination === '' ? null : matchesPostalCode(destination, foldPostalCode(given));
}

/** Whether the codes are equal; a 9-digit and a 5-digit ZIP are if their first five digits are. */
function matchesPostalCode(wanted: string, given: string): boolean {
  if (wanted === given) return true;
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

/** Empty if no destination was given, its key was destroyed, or it cannot be decrypted. */
function destinationPostalCode(
  { personal, dataKey }: PublicOrderParcel,
  sealer: EnvelopeSealer,
): string {
  if (personal === null || dataKey === null) return '';
  try {
    const { destination } = openPersonal({ content: personal, dataKey }, sealer);
    const code = destination?.['postal_code'];
    return typeof code === 'string' ? code : '';
  } catch {
    return '';
  }
}
