import { type Event, isQuiet } from '../../events/event.ts';
import type { EventType } from '../../events/event-types.ts';
import { readEntry } from '../../events/read-entry.ts';
import type { PostalCodes } from '../../kernel/places/postal-codes.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { startConsumer } from '../../platform/event-log/log-consumer.ts';
import type { FoundPlace, Geocoder, Lookup } from '../../platform/geocoding/address.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { Keyring } from '../../platform/sealing/sealing.ts';
import { startLoop } from '../../platform/work/loop.ts';
import {
  addressHashOf,
  claimPlaces,
  givenPlace,
  openPersonal,
  openPlace,
  type Personal,
  type PlaceRow,
  type PlaceSource,
  placeOfAddress,
  sealPlace,
  settlePlace,
  shipmentsByIds,
  soughtAddress,
  type TrackingDeps,
  wantPlace,
} from '../../tracking/index.ts';

export interface PlacesDeps {
  readonly tracking: TrackingDeps;
  readonly keyring: Keyring;
  /** What addresses are recognized by. */
  readonly recognition: () => Promise<Uint8Array>;
  /** The carrier whose parcels are looked for: others' addresses are nobody's business here. */
  readonly ownCarrier: string;
  /** Null: nobody is asked. */
  readonly geocoder: Geocoder | null;
  readonly postalCodes: PostalCodes;
  readonly log: Logger;
  readonly listener: Pick<Listener, 'on'>;
  /** Nobody finds where it goes, though somebody was asked; or somebody does by now. */
  readonly onUnknown: (tenant: Tenant, shipmentId: string) => Promise<void>;
}

const BATCH_MAX = 100;
const SHARDS_TOGETHER = 32;
/** Nearly all there are, so that they are not read for nothing. */
const CHANGES_NO_ADDRESS = new Set<EventType>([
  'shipment.tracking_updated',
  'shipment.status_changed',
  'shipment.edd_changed',
]);
const LOOK_EVERY_MS = 15_000;
/** Looked for in one look, one after the other: public servers take one a second. */
const LOOKED_FOR_MAX = 200;
const LEASE_MS = 600_000;
const TRY_AGAIN_MS = 60_000;
const TRY_AGAIN_MS_MAX = 6 * 3_600_000;
/** A server that was asked so often in vain is as good as none. */
const TRIES_MAX = 20;

/** Looks up where own couriers' parcels go, as long as it runs. */
export function startPlaces(deps: PlacesDeps) {
  const { tracking, log, listener } = deps;
  const loop = startLoop({
    look: () => lookUp(deps),
    everyMs: LOOK_EVERY_MS,
    onFailure: (err) => log.warn({ err }, 'where parcels go could not be looked up'),
  });
  const consumer = startConsumer({
    name: 'places',
    db: tracking.db,
    listener,
    log,
    batchMax: BATCH_MAX,
    shardsTogether: SHARDS_TOGETHER,
    beginsAt: 'newest',
    passesOver: true,
    skips: CHANGES_NO_ADDRESS,
    read: readEntry,
    handle: async (events) => {
      if (await note(deps, events)) loop.wake();
    },
  });
  return {
    /** Resolves when all that was in the log before is looked up. */
    async idle() {
      await consumer.idle();
      await loop.idle();
    },
    async stop() {
      await consumer.stop();
      await loop.stop();
    },
  };
}

async function note({ tracking, ownCarrier }: PlacesDeps, events: readonly Event[]) {
  const nowMs = tracking.clock.nowMs();
  const found = events.flatMap((event) => {
    if (event.about !== 'shipment' || event.data.carrier !== ownCarrier) return [];
    const isNew = event.type === 'shipment.created' || event.type === 'shipment.updated';
    return isNew && !isQuiet(event) ? [event] : [];
  });
  for (const { tenant, subjectId } of found) {
    await wantPlace(tracking.db.pipeline, tenant, subjectId, nowMs);
  }
  return found.length > 0;
}

async function lookUp(deps: PlacesDeps): Promise<void> {
  const { tracking } = deps;
  const nowMs = tracking.clock.nowMs();
  const untilMs = nowMs + LEASE_MS;
  const claim = { nowMs, untilMs, limit: LOOKED_FOR_MAX };
  const rows = await claimPlaces(tracking.db.pipeline, claim);
  for (const row of rows) {
    // Whatever is left is due again by now.
    if (tracking.clock.nowMs() >= untilMs) return;
    // Read right before it is asked for: the others may have taken minutes.
    const [shipment] = await shipmentsByIds(tracking.db.pipeline, [row.shipment_id]);
    const personal = openPersonal(shipment?.sealedPersonal ?? null, tracking.sealer);
    await settle(deps, row, personal, untilMs);
  }
}

/** What is written of a place, and whether it is looked for again. */
interface Settled {
  readonly place: FoundPlace | null;
  readonly source: PlaceSource;
  readonly isFinal: boolean;
  readonly isUnknown: boolean;
}

async function settle(
  deps: PlacesDeps,
  row: PlaceRow,
  personal: Personal,
  claimedUntilMs: number,
): Promise<void> {
  const { tracking, keyring, log } = deps;
  const { pipeline } = tracking.db;
  const tenant: Tenant = { merchantId: row.merchant_id, mode: row.mode };
  const address = soughtAddress(personal);
  const key = await deps.recognition();
  const hash = addressHashOf(key, tenant, address ?? NOWHERE);
  const settled = await decide(deps, row, tenant, hash, personal);
  const nowMs = tracking.clock.nowMs();
  const { place, source, isFinal } = settled;
  const pauseMs = Math.min(TRY_AGAIN_MS * 2 ** (row.tries - 1), TRY_AGAIN_MS_MAX);
  const isSettled = await settlePlace(pipeline, {
    ...{ shipmentId: row.shipment_id, claimedUntilMs },
    addressHash: hash,
    place: place && sealPlace(keyring, row.shipment_id, place),
    precision: place?.precision ?? null,
    source,
    isUnknown: settled.isUnknown,
    atMs: nowMs,
    dueAtMs: isFinal || row.tries >= TRIES_MAX ? null : nowMs + pauseMs,
  });
  // Its address was mended meanwhile: it is due.
  if (!isSettled) return;
  // Also when a mended address is found: then trouble is over.
  if (settled.isUnknown) log.info({ shipment_id: row.shipment_id }, 'nobody finds an address');
  if (settled.isUnknown || row.is_unknown) await deps.onUnknown(tenant, row.shipment_id);
}

const NOWHERE = { lines: [], postalCode: null, city: null, region: null, country: null };

async function decide(
  { tracking, keyring, geocoder, postalCodes, log }: PlacesDeps,
  row: PlaceRow,
  tenant: Tenant,
  hash: Buffer,
  personal: Personal,
): Promise<Settled> {
  const done = { isFinal: true, isUnknown: false };
  const given = givenPlace(personal);
  if (given !== null) return { ...done, place: given, source: 'merchant' };
  const address = soughtAddress(personal);
  if (address === null) return { ...done, place: null, source: 'none' };
  if (row.address_hash?.equals(hash) === true && row.source === 'geocoder') {
    return { ...done, place: openPlace(keyring, row), source: 'geocoder' };
  }
  const known = await placeOfAddress(tracking.db.pipeline, tenant, hash);
  const place = known && openPlace(keyring, known);
  if (place !== null) return { ...done, place, source: 'geocoder' };
  const asked: Lookup | null = geocoder && (await geocoder.find(address));
  if (asked?.kind === 'found') return { ...done, place: asked.place, source: 'geocoder' };
  if (asked?.kind === 'unavailable') {
    log.warn({ detail: asked.detail }, 'the geocoder did not answer; it will be asked again');
  }
  const isFinal = asked?.kind !== 'unavailable';
  const { country, postalCode } = address;
  const middle =
    country !== null && postalCode !== null ? postalCodes.find(country, postalCode) : null;
  const isUnknown = asked?.kind === 'unknown';
  if (middle === null) return { place: null, source: 'none', isFinal, isUnknown };
  const centroid = { ...middle, precision: 'postal_code' as const };
  return { place: centroid, source: 'postal_codes', isFinal, isUnknown };
}
