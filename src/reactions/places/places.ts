import { type Event, isQuiet } from '../../events/event.ts';
import { groupEventTypes } from '../../events/event-types.ts';
import { readEntry } from '../../events/read-entry.ts';
import { definedOnly } from '../../kernel/defined-only.ts';
import type { PostalCodes } from '../../kernel/places/postal-codes.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { blameOf } from '../../platform/database/database-errors.ts';
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
  openPlace,
  type PlaceRow,
  type PlaceSource,
  placeOfAddress,
  type SettledPlace,
  sealPlace,
  settlePlaces,
  soughtAddress,
  wantPlaces,
} from '../../tracking/ports/predictions.ts';
import {
  openPersonal,
  type Personal,
  shipmentsByIds,
  type TrackingDeps,
} from '../../tracking/ports/shipments.ts';

interface PlacesDeps {
  readonly tracking: TrackingDeps;
  readonly keyring: Keyring;
  /** The key for address hashes. */
  readonly recognition: () => Promise<Uint8Array>;
  /** The carrier whose parcels are geocoded: other carriers find addresses themselves. */
  readonly ownCarrier: string;
  /** The geocoder; null: none is configured. */
  readonly geocoder: Geocoder | null;
  readonly postalCodes: PostalCodes;
  readonly log: Logger;
  readonly listener: Pick<Listener, 'on'>;
  /** Whether work that people wait for is pending; absent: never. */
  readonly givesWay?: () => boolean;
  /** Called when an address could not be found, or has been found since. */
  readonly onUnknown: (tenant: Tenant, shipmentId: string) => Promise<void>;
}

const BATCH_MAX = 100;
const SHARDS_TOGETHER = 32;
/**
 * How long events are collected before they are processed as a batch: a courier needs longer to the
 * first door, and a batch costs little more than one address.
 */
const GATHER_MS = 250;
const TYPES = groupEventTypes({
  changeAddress: ['shipment.created', 'shipment.updated'],
  ignored: [
    'shipment.status_changed',
    'shipment.corrected',
    'shipment.delivered',
    'shipment.confirmed',
    'shipment.edd_changed',
    'shipment.tracking_updated',
    'shipment.expired',
    'shipment.exception_opened',
    'shipment.exception_updated',
    'shipment.exception_resolved',
    'delivery_request.resolved',
    'shipment.delay_predicted',
    'shipment.proof_added',
    'shipment.arriving',
    'shipment.assigned',
    'shipment.unassigned',
    'shipment.unassignable',
    'shipment.deleted',
    'carrier_account.health_changed',
    'carrier_account.push_changed',
    'carrier_account.verification_changed',
    'webhook_endpoint.disabled',
    'shop.disabled',
    'shipment.delivery_withdrawn',
    'courier.silent',
  ],
});
const CHECK_EVERY_MS = 15_000;
/**
 * The maximum number of addresses per pass, looked up one after the other: public servers allow one
 * a second.
 */
const LOOKUPS_PER_PASS_MAX = 200;
const LEASE_MS = 600_000;
const RETRY_MS = 60_000;
const RETRY_MS_MAX = 6 * 3_600_000;
/** After this many failures the server counts as unavailable for this address. */
const TRIES_MAX = 20;

/** Geocodes the destinations of own couriers' parcels until it is stopped. */
export function startPlaces(deps: PlacesDeps) {
  const { tracking, log, listener } = deps;
  const loop = startLoop({
    run: () => geocodeDue(deps),
    everyMs: CHECK_EVERY_MS,
    onFailure: (err) => log.warn({ err }, 'destinations could not be geocoded'),
  });
  const consumer = startConsumer({
    name: 'places',
    db: tracking.db,
    listener,
    log,
    batchMax: BATCH_MAX,
    shardsTogether: SHARDS_TOGETHER,
    gathersMs: GATHER_MS,
    ...definedOnly({ givesWay: deps.givesWay }),
    beginsAt: 'newest',
    passesOver: true,
    skips: TYPES.ignored,
    read: readEntry,
    handle: async (events) => {
      if (await markDue(deps, events)) loop.wake();
    },
  });
  return {
    /** Resolves when everything logged before is looked up. */
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

/** Marks the parcels whose address may have changed as due. Returns whether there are any. */
async function markDue({ tracking, ownCarrier }: PlacesDeps, events: readonly Event[]) {
  const nowMs = tracking.clock.nowMs();
  const found = events.flatMap((event) => {
    if (event.about !== 'shipment' || event.data.carrier !== ownCarrier) return [];
    return TYPES.changeAddress.has(event.type) && !isQuiet(event) ? [event] : [];
  });
  const wanted = found.map(({ tenant, subjectId }) => ({ tenant, shipmentId: subjectId }));
  await wantPlaces(tracking.db.pipeline, wanted, nowMs);
  return found.length > 0;
}

/**
 * Geocodes the addresses that are due, one after the other. If some fail, it rejects at the end with
 * the first error, so that it is logged.
 */
async function geocodeDue(deps: PlacesDeps): Promise<void> {
  const { tracking } = deps;
  const nowMs = tracking.clock.nowMs();
  const untilMs = nowMs + LEASE_MS;
  const claim = { nowMs, untilMs, limit: LOOKUPS_PER_PASS_MAX };
  const { pipeline } = tracking.db;
  const claimed = await claimPlaces(pipeline, claim);
  if (claimed.length === 0) return;
  const rows = await storeGivenPlaces(deps, claimed, untilMs);
  const failures: unknown[] = [];
  for (const row of rows) {
    // The lease has expired, so the remaining rows are due again.
    if (tracking.clock.nowMs() >= untilMs) break;
    try {
      // The shipment is read just before the look-up: earlier look-ups may have taken minutes.
      const [shipment] = await shipmentsByIds(pipeline, [row.shipmentId]);
      const personal = openPersonal(shipment?.sealedPersonal ?? null, tracking.sealer);
      await geocodeAndStore(deps, row, personal, untilMs);
    } catch (error) {
      if (!isOfOneAddress(error)) throw error;
      failures.push(error);
    }
  }
  // Failed addresses are looked up again when their lease expires; the others have been processed.
  if (failures.length > 0) throw failures[0];
}

/** Whether the error concerns one address only, so that others may still succeed. */
function isOfOneAddress(error: unknown): boolean {
  return ['entry', 'conflict'].includes(blameOf(error));
}

/**
 * Stores the coordinates that merchants sent, with one statement. Returns the rows to settle one by
 * one: those without coordinates, those whose address was unknown before, and those that failed.
 * Rejects if the database is unavailable.
 */
async function storeGivenPlaces(
  deps: PlacesDeps,
  claimed: readonly PlaceRow[],
  claimedUntilMs: number,
): Promise<readonly PlaceRow[]> {
  const { tracking } = deps;
  const ids = claimed.map(({ shipmentId: id }) => id);
  const shipments = await shipmentsByIds(tracking.db.pipeline, ids);
  const byId = new Map(shipments.map((shipment) => [shipment.id, shipment]));
  const key = await deps.recognition();
  const left: PlaceRow[] = [];
  const given = new Map<PlaceRow, SettledPlace>();
  const settledOf = (row: PlaceRow): SettledPlace | null => {
    const sealed = byId.get(row.shipmentId)?.sealedPersonal ?? null;
    const personal = openPersonal(sealed, tracking.sealer);
    const place = givenPlace(personal);
    // A formerly unknown address is announced as found, which requires its own transaction.
    if (place === null || row.isUnknown) return null;
    const decided = { place, source: 'merchant', isFinal: true, isUnknown: false } as const;
    return toSettledPlace(deps, row, hashFor(key, row, personal), decided, claimedUntilMs);
  };
  for (const row of claimed) {
    try {
      const settled = settledOf(row);
      if (settled === null) left.push(row);
      else given.set(row, settled);
    } catch {
      // The row is processed by itself later, where its error is reported.
      left.push(row);
    }
  }
  try {
    await settlePlaces(tracking.db.pipeline, [...given.values()]);
    return left;
  } catch (error) {
    if (!isOfOneAddress(error)) throw error;
    return [...left, ...given.keys()];
  }
}

/** The result of a look-up, as it is stored. */
interface Settled {
  readonly place: FoundPlace | null;
  readonly source: PlaceSource;
  readonly isFinal: boolean;
  readonly isUnknown: boolean;
}

/** Geocodes one parcel's address and stores the result. */
async function geocodeAndStore(
  deps: PlacesDeps,
  row: PlaceRow,
  personal: Personal,
  claimedUntilMs: number,
): Promise<void> {
  const { tracking, log } = deps;
  const { pipeline } = tracking.db;
  const tenant: Tenant = { merchantId: row.merchantId, mode: row.mode };
  const hash = hashFor(await deps.recognition(), row, personal);
  const settled = await decide(deps, row, tenant, hash, personal);
  const written = await settlePlaces(pipeline, [
    toSettledPlace(deps, row, hash, settled, claimedUntilMs),
  ]);
  // The address was corrected meanwhile: it is due again.
  if (written.size === 0) return;
  // This is also called when a corrected address is found: then the trouble is over.
  if (settled.isUnknown)
    log.info({ shipment_id: row.shipmentId }, 'the address could not be geocoded');
  if (settled.isUnknown || row.isUnknown) await deps.onUnknown(tenant, row.shipmentId);
}

function hashFor(key: Uint8Array, row: PlaceRow, personal: Personal): Buffer {
  const tenant: Tenant = { merchantId: row.merchantId, mode: row.mode };
  return addressHashOf(key, tenant, soughtAddress(personal) ?? NOWHERE);
}

function toSettledPlace(
  { tracking, keyring }: PlacesDeps,
  row: PlaceRow,
  addressHash: Uint8Array,
  { place, source, isFinal, isUnknown }: Settled,
  claimedUntilMs: number,
): SettledPlace {
  const nowMs = tracking.clock.nowMs();
  const pauseMs = Math.min(RETRY_MS * 2 ** (row.tries - 1), RETRY_MS_MAX);
  return {
    shipmentId: row.shipmentId,
    claimedUntilMs,
    addressHash,
    place: place && sealPlace(keyring, row.shipmentId, place),
    precision: place?.precision ?? null,
    source,
    isUnknown,
    atMs: nowMs,
    dueAtMs: isFinal || row.tries >= TRIES_MAX ? null : nowMs + pauseMs,
  };
}

const NOWHERE = { lines: [], postalCode: null, city: null, region: null, country: null };

/**
 * Determines the place of one address, from the best source: the merchant, a known address of the
 * tenant, the geocoder, or else the middle of its postal code.
 */
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
  if (row.addressHash?.equals(hash) === true && row.source === 'geocoder') {
    return { ...done, place: openPlace(keyring, row), source: 'geocoder' };
  }
  const known = await placeOfAddress(tracking.db.pipeline, tenant, hash);
  const place = known && openPlace(keyring, known);
  if (place !== null) return { ...done, place, source: 'geocoder' };
  const found: Lookup | null = geocoder && (await geocoder.find(address));
  if (found?.kind === 'found') return { ...done, place: found.place, source: 'geocoder' };
  if (found?.kind === 'unavailable') {
    log.warn({ detail: found.detail }, 'the geocoder did not answer; it will be asked again');
  }
  const isFinal = found?.kind !== 'unavailable';
  const { country, postalCode } = address;
  const middle =
    country !== null && postalCode !== null ? postalCodes.find(country, postalCode) : null;
  const isUnknown = found?.kind === 'unknown';
  if (middle === null) return { place: null, source: 'none', isFinal, isUnknown };
  const centroid = { ...middle, precision: 'postal_code' as const };
  return { place: centroid, source: 'postal_codes', isFinal, isUnknown };
}
