import type { NewEntry, ParcelView, RouteView } from '../../driver/index.ts';
import { OUTCOMES, type Outcome } from './delivery-plan.ts';

/** The courier's location in the app; the part of the URL after `#`. */
export type Screen =
  | { readonly name: 'stops' | 'load' | 'queue' | 'settings' | 'hand-in' | 'offers' }
  | { readonly name: 'enrol'; readonly code: string }
  | { readonly name: 'stop'; readonly stopId: string }
  | { readonly name: 'door'; readonly stopId: string; readonly outcome: Outcome }
  | {
      readonly name: 'card';
      readonly stopId: string;
      readonly outcome: Outcome;
      /** The neighbour who has the parcel; empty: none. */
      readonly neighbour: string;
    };

export const SECTIONS = ['stops', 'load', 'queue', 'settings'] as const;

/** Parses the part of a URL after `#`. An unknown one leads to the list of stops. */
export function screenOf(hash: string): Screen {
  const text = hash.replace(/^#\/?/, '');
  const enrol = /^enrol(?:=([A-Za-z0-9-]{0,64}))?$/.exec(text);
  if (enrol !== null) return { name: 'enrol', code: enrol[1] ?? '' };
  const [name, stopId = '', what, last, neighbour = ''] = text.split('/');
  const outcome = OUTCOMES.find((each) => each === last);
  if (name === 'stop' && what === undefined) return { name: 'stop', stopId };
  if (name === 'stop' && outcome !== undefined) {
    if (what === 'door') return { name: 'door', stopId, outcome };
    if (what === 'card')
      return { name: 'card', stopId, outcome, neighbour: decodeOrEmpty(neighbour) };
  }
  if (name === 'hand-in' || name === 'offers') return { name };
  return { name: SECTIONS.find((each) => each === name) ?? 'stops' };
}

/** The part of the URL after `#` that leads to a screen, including the `#`. */
export function hashOf(screen: Screen): string {
  switch (screen.name) {
    case 'enrol':
      return `#enrol${screen.code === '' ? '' : `=${screen.code}`}`;
    case 'stop':
      return `#/stop/${screen.stopId}`;
    case 'door':
      return `#/stop/${screen.stopId}/door/${screen.outcome}`;
    case 'card':
      return `#/stop/${screen.stopId}/card/${screen.outcome}/${encodeURIComponent(screen.neighbour)}`;
    default:
      return `#/${screen.name}`;
  }
}

function decodeOrEmpty(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/**
 * Maximum length of a number. It is longer than any tracking number; a longer code is something
 * else.
 */
const CHARS_MAX = 64;

/**
 * Extracts the number from scanned or typed text: upper case, without blanks and dashes. Of a link
 * it uses the last path segment, because a QR code may contain the address of the tracking page.
 * Empty: none.
 */
export function numberIn(text: string): string {
  const link = /^https?:\/\/[^?#]*\/([^/?#]+)\/?(?:[?#].*)?$/i.exec(text.trim());
  const bare = (link?.[1] ?? text).replace(/[^A-Za-z0-9]/g, '').toUpperCase();
  return bare.length > CHARS_MAX ? '' : bare;
}

/** The parcel of the route with that number. */
export function parcelOf(route: RouteView | null, number: string): ParcelView | undefined {
  return route?.stops
    .flatMap(({ parcels }) => parcels)
    .find(({ tracking_number }) => numberIn(tracking_number) === number);
}

/** How the service worker handles a request. */
type CachePolicy =
  /** The page itself, from the cache. */
  | 'shell'
  /** A file whose name changes with its content: from the cache, or else fetched and cached. */
  | 'file'
  /** Not handled by the worker. */
  | 'network';

/** Decides how the service worker handles a request. Pure. */
export function cachePolicyFor(method: string, path: string, isNavigation: boolean): CachePolicy {
  if (method !== 'GET') return 'network';
  if (isNavigation && /^\/driver\/?$/.test(path)) return 'shell';
  return /^\/driver\/_\/[^/]+\.[0-9A-Z]{8}\.\w+$/i.test(path) ? 'file' : 'network';
}

/** How many offers the hub sends at once, newest first. */
export const OFFERS_REMEMBERED = 20;

interface AnnouncedOffer {
  readonly id: string;
}

/**
 * Returns the offers that are no longer open, given the hub's previous list and the current one. If
 * the current list is full, a missing offer may just be older than those in it, so its state is
 * unknown. Pure.
 * @example offersLeft([{ id: 'a' }, { id: 'b' }], [{ id: 'b' }]) // ['a']
 */
export function offersLeft(
  before: readonly AnnouncedOffer[],
  now: readonly AnnouncedOffer[],
): readonly string[] {
  if (now.length >= OFFERS_REMEMBERED) return [];
  const open = new Set(now.map(({ id }) => id));
  return before.flatMap(({ id }) => (open.has(id) ? [] : [id]));
}

const DONE: ReadonlySet<ParcelView['shown']> = new Set(['to_load', 'delivered', 'returned']);

/** The parcels that the courier still holds. */
export function inHand(route: RouteView | null): readonly ParcelView[] {
  const parcels = route?.stops.flatMap((stop) => stop.parcels) ?? [];
  return parcels.filter(
    ({ shown, state, isWaiting }) => !DONE.has(shown) && (state !== 'done' || isWaiting),
  );
}

/**
 * Returns the queue entries for handing parcels in at a building: a scan for each, as if the
 * building had scanned it itself.
 * @param label the name of the entries in the queue.
 */
export function handInEntries(
  parcels: readonly Pick<ParcelView, 'shipment_id' | 'tracking_number'>[],
  facility: string,
  label: string,
): readonly NewEntry[] {
  return parcels.map(({ shipment_id: id, tracking_number }) => ({
    event: { type: 'scan', tracking_number, code: 'ARRIVE', facility_code: facility.trim() },
    label: `${tracking_number}: ${label}`,
    marks: { shipmentIds: [id], state: 'returned' },
  }));
}
