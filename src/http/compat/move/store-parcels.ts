import { createHash } from 'node:crypto';
import {
  type CarrierReport,
  type CodeMatch,
  EMPTY_SNAPSHOT,
  type ReportedFact,
} from '../../../adapters/contract/contract.ts';
import { uuidV4 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { intervalOf } from '../../../kernel/time/place-time.ts';
import { type Queryable, withTenant } from '../../../platform/database/database.ts';
import {
  type ImportedReport,
  recordImported,
  withoutNotifications,
} from '../../../tracking/ports/imports.ts';
import {
  externalIds,
  externalIdsOf,
  insertExternalIds,
  nameOf,
  ordersOfOthers,
  type Registered,
  registerShipments,
  shipmentsByNumber,
  type TrackingDeps,
  usedByReason,
} from '../../../tracking/ports/shipments.ts';
import type { MoveService } from '../services.ts';
import { NO_SITUATION, type Situation } from '../vocabulary.ts';
import type { MovedEvent, MovedParcel, NamedParcel } from './moved-parcel.ts';

/** How many parcels were registered here, and how many had been before. */
export interface StoredCounts {
  readonly moved: number;
  readonly alreadyThere: number;
  /** Those whose numbers orders of other customers have. */
  readonly refused: readonly NamedParcel[];
}

/** Whose parcels they become, and whose ids they bring along. */
export interface StoreDeps {
  readonly tracking: TrackingDeps;
  readonly tenant: Tenant;
  readonly service: MoveService;
}

/**
 * Registers parcels with their ids and history, as `POST /v1/shipments` does, and notifies nobody.
 * Can be repeated: a second time it adds what is missing, and nothing twice.
 */
export async function storeParcels(
  deps: StoreDeps,
  parcels: readonly MovedParcel[],
): Promise<StoredCounts> {
  const { tracking, tenant, service } = deps;
  const known = await knownParcels(deps, parcels);
  const fresh = parcels.filter((parcel) => !known.has(parcel));
  const withHistory = parcels.filter((parcel) => known.get(parcel) === 'moved');
  let moved = 0;
  let refused: readonly NamedParcel[] = [];
  if (fresh.length > 0) {
    const alongside = async (tx: Queryable, registered: readonly Registered[]) => {
      const own = (_: unknown, index: number) => registered[index]?.usedBy === null;
      const ofOwn = registered.filter(({ usedBy }) => usedBy === null);
      withHistory.push(...(await insertIds(tx, deps, fresh.filter(own), ofOwn)));
    };
    const quiet = withoutNotifications(tracking);
    const wanted = fresh.map(registrationOf);
    const registered = await registerShipments(quiet, tenant, wanted, { alongside });
    moved = registered.filter(({ created }) => created).length;
    refused = refusedOf(
      fresh,
      registered.map(({ usedBy }) => usedBy),
    );
  }
  const receivedAtMs = tracking.clock.nowMs();
  const reports = withHistory.flatMap((parcel) => reportOf(service, parcel, receivedAtMs));
  await recordImported(tracking, tenant, reports);
  return { moved, alreadyThere: parcels.length - moved - refused.length, refused };
}

function refusedOf(parcels: readonly MovedParcel[], usedBy: readonly (string | null)[]) {
  return parcels.flatMap(({ externalIds: [id = ''] }, index) => {
    const order = usedBy[index] ?? null;
    return order === null ? [] : [{ id, reason: usedByReason(order) }];
  });
}

/** Returns how many of the parcels are not here yet. Writes nothing. */
export async function countNewParcels(
  deps: StoreDeps,
  parcels: readonly MovedParcel[],
): Promise<StoredCounts> {
  const { tracking, tenant } = deps;
  const known = await knownParcels(deps, parcels);
  const numbers = parcels.map(({ wanted }) => wanted);
  const found = await withTenant(tracking.db.app, tenant, (tx) => shipmentsByNumber(tx, numbers));
  const names = new Set(found.map(nameOf));
  const fresh = parcels.filter((each) => !known.has(each));
  const wanted = fresh.map((each) => each.wanted);
  const refused = refusedOf(fresh, ordersOfOthers(found, wanted, tracking.sealer));
  const lost = new Set(refused.map(({ id }) => id));
  const isHere = (each: MovedParcel) =>
    known.has(each) || (names.has(nameOf(each.wanted)) && !lost.has(each.externalIds[0] ?? ''));
  const alreadyThere = parcels.filter(isHere).length;
  return { moved: parcels.length - alreadyThere - refused.length, alreadyThere, refused };
}

/**
 * Returns the parcels whose ids are known. `moved`: it came with this id, so that its history
 * may have been cut off; `other`: it was here before, or was deleted.
 */
async function knownParcels(
  { tracking, tenant, service }: StoreDeps,
  parcels: readonly MovedParcel[],
): Promise<ReadonlyMap<MovedParcel, 'moved' | 'other'>> {
  const shownIds = parcels.map((parcel) => parcel.externalIds[0] ?? '');
  const rows = await withTenant(tracking.db.app, tenant, (tx) =>
    externalIds(tx, tenant, service, shownIds),
  );
  const byId = new Map(rows.map((row) => [row.externalId, row]));
  const known = new Map<MovedParcel, 'moved' | 'other'>();
  for (const parcel of parcels) {
    const row = byId.get(parcel.externalIds[0] ?? '');
    if (row === undefined) continue;
    const isMoved = row.deletedAtMs === null && row.createdAtMs === parcel.createdAtMs;
    known.set(parcel, isMoved ? 'moved' : 'other');
  }
  return known;
}

/** The time of its registration counts here too: lists and ids are in its order. */
function registrationOf({ wanted, createdAtMs, events }: MovedParcel) {
  const times = events.map(({ time }) => intervalOf(time, createdAtMs).lo).filter(Number.isFinite);
  const oldestMs = Math.min(createdAtMs, ...times);
  return { ...wanted, movedIn: { registeredAtMs: createdAtMs, oldestMs } };
}

/** Stores the ids; returns the parcels that came with theirs, which get the history. */
async function insertIds(
  tx: Queryable,
  { tracking, tenant, service }: StoreDeps,
  fresh: readonly MovedParcel[],
  registered: readonly Registered[],
): Promise<readonly MovedParcel[]> {
  const earlier = registered.filter(({ created }) => !created).map(({ shipment }) => shipment);
  const rows = await externalIdsOf(
    tx,
    service,
    earlier.map(({ id }) => id),
  );
  const isMoved = ({ id, createdAtMs }: Registered['shipment']) =>
    rows.some((row) => row.shipmentId === id && row.createdAtMs <= createdAtMs);
  const created = registered.filter((each) => each.created).map(({ shipment }) => shipment.id);
  const cameAlong = new Set([...created, ...earlier.filter(isMoved).map(({ id }) => id)]);
  const owners: MovedParcel[] = [];
  const ids: Parameters<typeof insertExternalIds>[3][number][] = [];
  for (const [index, parcel] of fresh.entries()) {
    const shipmentId = registered[index]?.shipment.id ?? '';
    const isOwner = cameAlong.has(shipmentId);
    if (isOwner) owners.push(parcel);
    // The id of a parcel that was here before is a further one beside its own.
    const createdAtMs = isOwner ? parcel.createdAtMs : tracking.clock.nowMs();
    ids.push(...parcel.externalIds.map((externalId) => ({ externalId, shipmentId, createdAtMs })));
  }
  await insertExternalIds(tx, tenant, service, ids);
  return owners;
}

/** Returns the parcel's history as a report, if there is any. */
function reportOf(
  service: MoveService,
  { externalIds, wanted, events, expectedOn }: MovedParcel,
  receivedAtMs: number,
): readonly ImportedReport[] {
  if (events.length === 0 && expectedOn === null) return [];
  const facts = factsOf(service, events);
  const situations = new Map(events.map(({ words, situation }) => [words, situation]));
  const report: CarrierReport = {
    trackingNumber: wanted.trackingNumber,
    ...{ aliases: [], carrierPieceId: null, asOf: null, fullHistory: false, links: [], facts },
    snapshot: {
      ...EMPTY_SNAPSHOT,
      estimatedDelivery: expectedOn === null ? null : { date: expectedOn, from: null, to: null },
    },
  };
  const content = JSON.stringify([service, externalIds[0], facts, expectedOn]);
  return [
    {
      ...{ carrier: wanted.carrier, receivedAtMs, report },
      messageId: uuidV4(createHash('sha256').update(content).digest()),
      read: (codes) => readingOf(service, situations.get(codes[service] ?? '')),
      codeOf: (codes) => codes['code'] ?? codes[service] ?? '',
    },
  ];
}

/** Equal events of one list are distinguished by their number among each other. */
function factsOf(service: MoveService, events: readonly MovedEvent[]): readonly ReportedFact[] {
  const seen = new Map<string, number>();
  return events.map(({ words, code, time, place }) => {
    const codes: CodeMatch = { [service]: words, ...(code === null ? {} : { code }) };
    const name = [service, words, code ?? '', time.local ?? '', place?.city ?? ''];
    const nth = (seen.get(name.join('\n')) ?? 0) + 1;
    seen.set(name.join('\n'), nth);
    const identity = ['1', 'imported', ...name, ...(nth === 1 ? [] : [String(nth)])];
    return { codes, identity, time, place, text: null, piece: null, logical: false };
  });
}

function readingOf(service: MoveService, situation: Situation | undefined) {
  const { status, reason, milestone } = situation ?? NO_SITUATION;
  return {
    ...{ status, reason, milestone, hidden: false, known: true, reviewed: true, rule: null },
    logical: status === 'none' || status === 'created',
    ...{ correction: false, returnCancelled: false, mappingVersion: service },
  };
}
