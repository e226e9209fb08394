import type { Mode, Tenant } from '../../../kernel/tenant.ts';
import type { Broadcast } from '../../../platform/broadcast/broadcast.ts';
import type { CourierPlace } from '../places/place-store.ts';

/** A courier's id, with the tenant. */
export interface CourierOf {
  readonly courierId: string;
  readonly tenant: Tenant;
}

/** A message between processes about couriers' places. */
type PlaceMessage =
  | { readonly kind: 'places'; readonly places: readonly CourierPlace[] }
  | { readonly kind: 'gone'; readonly couriers: readonly CourierOf[] }
  /** Somebody in that process watches couriers: send every place, not only large moves. */
  | { readonly kind: 'watching' };

type PlaceRow = readonly [
  ...[courierId: string, merchantId: string, mode: Mode, atMs: number, lat: number, lng: number],
  ...[accuracyM: number | null, speedKmh: number | null, heading: number | null],
  ...[battery: number | null, receivedAtMs: number],
];

/** Writes places as messages of limited length; a place has some 150 characters. */
export function placeMessages(places: readonly CourierPlace[], charsMax: number): string[] {
  return joinTexts('p', places.map(placeText), charsMax);
}

/** Writes couriers whose shift is over as messages of limited length. */
export function goneMessages(couriers: readonly CourierOf[], charsMax: number): string[] {
  const texts = couriers.map(({ courierId, tenant: { merchantId, mode } }) =>
    JSON.stringify([courierId, merchantId, mode]),
  );
  return joinTexts('g', texts, charsMax);
}

export const WATCHING = 'w[]';

/** Parses a message; null: it is from another version of the hub. */
export function readMessage(text: string): PlaceMessage | null {
  const rows = rowsOf(text);
  if (rows === null) return null;
  switch (text[0]) {
    case 'p':
      return { kind: 'places', places: (rows as PlaceRow[]).map(placeOf) };
    case 'g':
      return {
        kind: 'gone',
        couriers: (rows as [string, string, Mode][]).map(([courierId, merchantId, mode]) => ({
          courierId,
          tenant: { merchantId, mode },
        })),
      };
    case 'w':
      return { kind: 'watching' };
    default:
      return null;
  }
}

function rowsOf(text: string): readonly unknown[] | null {
  try {
    const rows: unknown = JSON.parse(text.slice(1));
    return Array.isArray(rows) && rows.every((row) => Array.isArray(row)) ? rows : null;
  } catch {
    return null;
  }
}

/** Joins texts to messages of a kind, each with as many texts as fit. */
function joinTexts(kind: string, texts: readonly string[], charsMax: number): string[] {
  const messages: string[] = [];
  let some = '';
  for (const text of texts) {
    if (some !== '' && some.length + text.length + 4 > charsMax) {
      messages.push(`${kind}[${some}]`);
      some = '';
    }
    some += some === '' ? text : `,${text}`;
  }
  if (some !== '') messages.push(`${kind}[${some}]`);
  return messages;
}

function placeText({ courierId, tenant, position: p, receivedAtMs }: CourierPlace): string {
  const row: PlaceRow = [
    ...([courierId, tenant.merchantId, tenant.mode, p.atMs, p.lat, p.lng] as const),
    ...([p.accuracyM, p.speedKmh, p.heading, p.battery, receivedAtMs] as const),
  ];
  return JSON.stringify(row);
}

function placeOf(row: PlaceRow): CourierPlace {
  const [courierId, merchantId, mode, atMs, lat, lng, accuracyM, speedKmh, heading, ...rest] = row;
  const [battery, receivedAtMs] = rest;
  return {
    courierId,
    tenant: { merchantId, mode },
    receivedAtMs,
    position: { atMs, lat, lng, accuracyM, speedKmh, heading, battery },
  };
}

/** A courier's last published place. */
interface MovedTo {
  readonly courierId: string;
  readonly lat: number;
  readonly lng: number;
  readonly atMs: number;
}

/** Couriers' last published places, in a process that accepts no positions itself. */
export interface Moves {
  find(courierId: string): MovedTo | null;
  /** Calls back when a courier has moved; returns a function that unsubscribes. */
  onMoved(listener: () => void): () => void;
  stop(): void;
}

/** How long a place is remembered without an update. */
const RETENTION_MS = 3_600_000;
const SWEPT_FROM = 1_000;

/** Subscribes to the couriers' places that other processes publish. */
export function subscribeToMoves(broadcast: Broadcast): Moves {
  const places = new Map<string, MovedTo>();
  const listeners = new Set<() => void>();
  let sweepAt = SWEPT_FROM;

  function sweep(newestMs: number): void {
    if (places.size < sweepAt) return;
    for (const [id, { atMs }] of places) if (newestMs - atMs > RETENTION_MS) places.delete(id);
    sweepAt = Math.max(SWEPT_FROM, places.size * 2);
  }

  const end = broadcast.on((text) => {
    const message = text === null ? null : readMessage(text);
    if (message?.kind === 'gone')
      for (const { courierId } of message.couriers) places.delete(courierId);
    if (message?.kind !== 'places') return;
    let newestMs = 0;
    for (const { courierId, position } of message.places) {
      const { lat, lng, atMs } = position;
      newestMs = Math.max(newestMs, atMs);
      if (atMs > (places.get(courierId)?.atMs ?? 0)) {
        places.set(courierId, { courierId, lat, lng, atMs });
      }
    }
    sweep(newestMs);
    for (const listener of listeners) listener();
  });
  return {
    find: (courierId) => places.get(courierId) ?? null,
    onMoved(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop() {
      end();
      listeners.clear();
    },
  };
}
