import type { NamedScan, Scan } from '../../../intake/index.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { withTenant } from '../../../platform/database/database.ts';
import type { EventsDeps } from '../deps.ts';
import type { ParcelInfo } from '../parcel-info.ts';
import { adoptParcels, routeOf } from '../route/courier-parcels.sql.ts';
import { idMaker, Stops } from '../route/route.ts';
import {
  actionOfCode,
  type CustodyChange,
  CustodyMoved,
  custodyChange,
  writeCustody,
} from './custody.ts';
import type { Sending } from './driver-event.ts';
import { type EventRefusal, type ScanEvent, sealEvent } from './driver-event.ts';
import { insertEvents, type NewDriverEvent } from './driver-events.sql.ts';
import { loadHoldings } from './holdings.ts';

interface Judged {
  readonly event: ScanEvent;
  readonly trackingNumber: string;
  readonly info: ParcelInfo | undefined;
  readonly atMs: number;
  readonly change: CustodyChange;
  readonly newId: string;
  readonly refusal: EventRefusal | null;
}

/**
 * How often custody is tried: two phones may scan the same parcel at the same instant, plus one
 * spare try.
 */
const TRIES_MAX = 3;

/**
 * Accepts one courier's scans in order: first what takes parcels into custody, then the facts,
 * then what ends custody. A crash in between is repaired when the device sends the same again:
 * taking twice has no effect, the facts are identical, and no custody ends without a stored scan.
 */
export async function takeScanEvents(
  deps: EventsDeps,
  sending: Sending,
  events: readonly ScanEvent[],
): Promise<ReadonlyMap<string, EventRefusal | null>> {
  const judged = await takeCustody(deps, sending, events, TRIES_MAX);
  const accepted = judged.filter(({ refusal }) => refusal === null);
  const stored = await storeScans(deps, sending, accepted);
  const outcomes = judged.map((each) => ({
    ...each,
    refusal: stored.get(each.event.id) ?? each.refusal,
  }));
  await withTenant(deps.db.app, sending.driver.tenant, async (tx) => {
    for (const { change, refusal, atMs } of outcomes) {
      if (change.kind !== 'end' || refusal !== null) continue;
      // Ending custody uses neither stops nor the key.
      const work = { tx, deps, sending, stops: new Stops([], () => ''), key: NO_KEY };
      await writeCustody(work, change, { trackingNumber: '', info: undefined, atMs, newId: '' });
    }
    const rows = outcomes.map((each) => toEventRow(deps, each));
    await insertEvents(tx, sending.driver, rows, sending.nowMs);
  });
  await adoptRegistered(deps, sending, outcomes);
  return new Map(outcomes.map(({ event, refusal }) => [event.id, refusal]));
}

/**
 * Links these parcels to shipments that were registered after the lookup above. The consumer of the
 * log may have processed their registration before these rows existed, and so would have missed
 * them. A later registration finds the rows.
 */
async function adoptRegistered(
  { db, parcels }: EventsDeps,
  { driver: { tenant } }: Sending,
  outcomes: readonly Judged[],
): Promise<void> {
  const unknown = outcomes.flatMap(({ info, trackingNumber }) =>
    info === undefined && trackingNumber !== '' ? [trackingNumber] : [],
  );
  const registered = await parcels.byNumbers(tenant, [...new Set(unknown)]);
  if (registered.length === 0) return;
  const adopted = registered.map(({ shipmentId, trackingNumber }) => ({
    tenant,
    shipmentId,
    trackingNumber,
  }));
  await withTenant(db.app, tenant, (tx) => adoptParcels(tx, adopted));
}

const NO_KEY = new Uint8Array(0);

/**
 * Decides how each scan changes custody, and writes all changes but those that end it. Starts over
 * if another writer changed the custody first, at most `triesLeft` times.
 */
async function takeCustody(
  deps: EventsDeps,
  sending: Sending,
  events: readonly ScanEvent[],
  triesLeft: number,
): Promise<readonly Judged[]> {
  const { tenant, courierId } = sending.driver;
  const spelled = events.map((event) => deps.parcels.spelled(event.tracking_number));
  const numbers = [...new Set(spelled.filter((number) => number !== ''))].sort();
  const known = await deps.parcels.byNumbers(tenant, numbers);
  const infos = new Map(known.map((info) => [info.trackingNumber, info]));
  const key = await deps.recognition();
  const newId = idMaker(sending.nowMs, deps.randomBytes);
  try {
    return await withTenant(deps.db.app, tenant, async (tx) => {
      const holdings = await loadHoldings(tx, tenant, courierId, numbers);
      const stops = new Stops(await routeOf(tx, courierId, sending.nowMs), newId);
      const judged: Judged[] = [];
      for (const [index, event] of events.entries()) {
        const trackingNumber = spelled[index] ?? '';
        const atMs = Date.parse(event.at) - sending.correctionMs;
        const of = { event, trackingNumber, info: infos.get(trackingNumber), atMs, newId: newId() };
        if (trackingNumber === '') {
          judged.push({ ...of, change: { kind: 'nothing' }, refusal: NO_NUMBER });
          continue;
        }
        const claimed = { does: actionOfCode(event.code), atMs, handover: event.handover === true };
        const change = custodyChange(courierId, holdings.of(trackingNumber), claimed);
        holdings.apply(trackingNumber, change, atMs, of.newId);
        if (change.kind !== 'end') {
          await writeCustody({ tx, deps, sending, stops, key }, change, of);
        }
        judged.push({ ...of, change, refusal: refusalOf(change) });
      }
      return judged;
    });
  } catch (error) {
    if (!(error instanceof CustodyMoved) || triesLeft <= 1) throw error;
    return takeCustody(deps, sending, events, triesLeft - 1);
  }
}

const NO_NUMBER: EventRefusal = {
  code: 'invalid',
  pointer: '/tracking_number',
  reason: 'scans.onlyBlanksAndDashes',
  fix: 'scans.usePrintedNumber',
};

/** Why a change of custody is refused; null: it is not. */
export function refusalOf(change: CustodyChange): EventRefusal | null {
  if (change.kind !== 'refused') return null;
  return change.why === 'not_yours'
    ? { code: 'not_yours' }
    : { code: 'held_by_another', by: change.by };
}

/** Stores the scans. Returns the refusals of those that could not be stored, by event id. */
async function storeScans(
  deps: EventsDeps,
  { driver, correctionMs }: Sending,
  accepted: readonly Judged[],
): Promise<ReadonlyMap<string, EventRefusal>> {
  if (accepted.length === 0) return new Map();
  const sender = { tenant: driver.tenant, facilityCodes: null, clockOffsetMs: correctionMs };
  const scans = accepted.map(({ event }) => ({ scan: toScan(event, driver) }));
  const results = await deps.scans.take(sender, scans);
  return new Map(
    results.flatMap((result, index) => {
      const event = accepted[index]?.event;
      if (event === undefined || result.outcome !== 'rejected') return [];
      const { pointer, reason, fix } = result.error;
      return [[event.id, { code: 'invalid', pointer, reason, fix }] as const];
    }),
  );
}

function toScan(event: ScanEvent, driver: Sending['driver']): Scan {
  const { tracking_number, code, reason_code, facility_code, piece, lat, lng, note } = event;
  const { attributes } = event;
  return {
    tracking_number,
    code,
    reason_code,
    facility_code,
    piece,
    lat,
    lng,
    note,
    attributes,
    scanned_at: event.at,
    device_id: wireId('device', driver.deviceId),
    employee_id: wireId('courier', driver.courierId),
  };
}

function toEventRow(deps: EventsDeps, { event, info, trackingNumber, atMs, refusal }: Judged) {
  const { isRepeatable: _, ...sent } = event;
  return {
    id: event.id,
    type: event.type,
    atMs,
    code: event.code,
    refusal,
    shipmentId: info?.shipmentId ?? null,
    trackingNumber: trackingNumber === '' ? null : trackingNumber,
    scanIdentity: refusal === null ? namedScan(deps, event, trackingNumber).identity : null,
    sealed: refusal !== null || event.note !== undefined ? sealEvent(deps, sent) : null,
  } satisfies NewDriverEvent;
}

/** The scan by carrier, number and the identity under which it is recorded. */
function namedScan(deps: EventsDeps, event: ScanEvent, trackingNumber: string): NamedScan {
  const identity = deps.scanIdentity({
    code: event.code,
    scannedAt: event.at,
    facilityCode: event.facility_code ?? '',
    piece: event.piece ?? '',
  });
  return { carrier: deps.ownCarrier, trackingNumber, identity };
}
