import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import type { EventsDeps } from '../deps.ts';
import type { DriverCommandOutcome, ParcelInfo } from '../parcel-info.ts';
import { routeOf } from '../route/courier-parcels.sql.ts';
import { idMaker, Stops } from '../route/route.ts';
import { actionOfStatus, custodyChange, writeCustody } from './custody.ts';
import type { Sending } from './driver-event.ts';
import { type EventRefusal, type NoteEvent, type StatusEvent, sealEvent } from './driver-event.ts';
import { insertEvents, recentScanIdentities } from './driver-events.sql.ts';
import { loadHoldings } from './holdings.ts';
import { refusalOf } from './take-scan-events.ts';

/** A scan older than this is either recorded or never will be, so nobody waits for it. */
const LATELY_MS = 60_000;
const CHECK_EVERY_MS = 50;
/**
 * The longest wait for scans to be recorded. A phone waits 30 s for an answer; past this limit the
 * hub reports that it is behind.
 */
const WAIT_MS_MAX = 8_000;
/** A delivery reported later than this was in the offline queue. */
const QUEUED_AFTER_MS = 2 * 60_000;

/** The courier's own scans are not recorded yet, so the parcel's current status is unknown. */
export class StillRecording extends Error {
  override readonly name = 'StillRecording';
}

/**
 * Carries out a courier's command. As for every command, the transition table decides. First waits
 * for earlier scans of the same courier that are still being processed. Throws `StillRecording`.
 */
export async function takeStatusEvent(
  deps: EventsDeps,
  sending: Sending,
  event: StatusEvent,
): Promise<EventRefusal | null> {
  const { tenant } = sending.driver;
  const info = await parcelOf(deps, tenant, event);
  const refusal = info === null ? NO_SUCH : await carryOut(deps, sending, event, info);
  await withTenant(deps.db.app, tenant, (tx) =>
    insertEvents(
      tx,
      sending.driver,
      [toEventRow(deps, sending, event, info, refusal)],
      sending.nowMs,
    ),
  );
  return refusal;
}

/**
 * Stores a courier's note about a parcel. It appears in the parcel's case, even in one that was
 * opened before.
 */
export async function takeNoteEvent(
  deps: EventsDeps,
  sending: Sending,
  event: NoteEvent,
): Promise<EventRefusal | null> {
  const { tenant } = sending.driver;
  const info = await parcelOf(deps, tenant, event);
  const refusal = info === null ? NO_SUCH : await custodyRefusal(deps, sending, event, info);
  await withTenant(deps.db.app, tenant, (tx) =>
    insertEvents(
      tx,
      sending.driver,
      [toEventRow(deps, sending, event, info, refusal)],
      sending.nowMs,
    ),
  );
  return refusal;
}

const NO_SUCH: EventRefusal = { code: 'no_such_parcel' };

async function parcelOf(
  { parcels }: EventsDeps,
  tenant: Tenant,
  { shipment_id: id, tracking_number: number }: StatusEvent | NoteEvent,
): Promise<ParcelInfo | null> {
  const found =
    id === undefined
      ? await parcels.byNumbers(tenant, [parcels.spelled(number ?? '')])
      : await parcels.byIds(tenant, [id]);
  return found[0] ?? null;
}

/**
 * Why the courier may not write a note about a parcel; null: the courier has it, or had it then.
 */
async function custodyRefusal(
  deps: EventsDeps,
  { driver, correctionMs }: Sending,
  event: NoteEvent,
  { trackingNumber }: ParcelInfo,
): Promise<EventRefusal | null> {
  const { tenant, courierId } = driver;
  const atMs = Date.parse(event.at) - correctionMs;
  const holdings = await withTenant(deps.db.app, tenant, (tx) =>
    loadHoldings(tx, tenant, courierId, [trackingNumber]),
  );
  const holding = holdings.of(trackingNumber);
  return refusalOf(custodyChange(courierId, holding, { does: 'other', atMs, handover: false }));
}

/**
 * Sets the status that a courier requests, and changes custody accordingly. Returns why it is
 * refused; null: it was done.
 */
async function carryOut(
  deps: EventsDeps,
  sending: Sending,
  event: StatusEvent,
  info: ParcelInfo,
): Promise<EventRefusal | null> {
  const { tenant, courierId } = sending.driver;
  const { trackingNumber, shipmentId } = info;
  const atMs = Date.parse(event.at) - sending.correctionMs;
  const claimed = { does: actionOfStatus(event.status), atMs, handover: false };
  const readHoldings = () =>
    withTenant(deps.db.app, tenant, (tx) => loadHoldings(tx, tenant, courierId, [trackingNumber]));
  const before = custodyChange(courierId, (await readHoldings()).of(trackingNumber), claimed);
  if (before.kind === 'refused') return refusalOf(before);
  await waitForScans(deps, sending, event, info);
  const outcome = await deps.parcels.command(tenant, shipmentId, {
    // Each phone numbers its own events.
    id: `${courierId} ${event.id}`,
    status: event.status,
    subStatus: event.sub_status ?? null,
    occurredAtMs: Math.min(atMs, sending.nowMs),
    note: event.note ?? null,
    queued: sending.nowMs - atMs >= QUEUED_AFTER_MS,
  });
  const refusal = refusalOfCommand(outcome, event);
  if (refusal !== null) return refusal;
  const key = await deps.recognition();
  const newId = idMaker(sending.nowMs, deps.randomBytes);
  await withTenant(deps.db.app, tenant, async (tx) => {
    const holdings = await loadHoldings(tx, tenant, courierId, [trackingNumber]);
    const change = custodyChange(courierId, holdings.of(trackingNumber), claimed);
    const stops = new Stops(await routeOf(tx, courierId, sending.nowMs), newId);
    const parcel = { trackingNumber, info, atMs, newId: newId() };
    await writeCustody({ tx, deps, sending, stops, key }, change, parcel);
  });
  return null;
}

/**
 * Waits until the status includes the courier's earlier scans, if the command is not allowed
 * without them.
 */
async function waitForScans(
  deps: EventsDeps,
  { driver, nowMs }: Sending,
  { status }: StatusEvent,
  info: ParcelInfo,
): Promise<void> {
  const { tenant, courierId } = driver;
  const { trackingNumber, shipmentId } = info;
  if (deps.parcels.isAllowed(info.status, status)) return;
  const identities = await withTenant(deps.db.app, tenant, (tx) =>
    recentScanIdentities(tx, courierId, tenant, trackingNumber, nowMs - LATELY_MS),
  );
  const scans = identities.map((identity) => ({
    carrier: deps.ownCarrier,
    trackingNumber,
    identity,
  }));
  for (let waitedMs = 0; scans.length > 0; waitedMs += CHECK_EVERY_MS) {
    const [current] = await deps.parcels.byIds(tenant, [shipmentId]);
    if (current === undefined || deps.parcels.isAllowed(current.status, status)) return;
    if ((await deps.recorded(tenant, scans)).size === scans.length) return;
    if (waitedMs >= WAIT_MS_MAX) throw new StillRecording();
    await new Promise((resolve) => setTimeout(resolve, CHECK_EVERY_MS));
  }
}

function refusalOfCommand(
  outcome: DriverCommandOutcome,
  { status: requested }: StatusEvent,
): EventRefusal | null {
  switch (outcome.kind) {
    case 'done':
      return null;
    case 'not_found':
      return NO_SUCH;
    case 'proof_missing':
      return { code: 'proof_missing', missing: outcome.missing };
    case 'forbidden': {
      const { current, allowed } = outcome;
      return { code: 'forbidden_move', current, requested, allowed };
    }
    case 'overtaken': {
      const { current, latestAtMs } = outcome;
      return { code: 'overtaken', current, requested, latestAtMs };
    }
  }
}

function toEventRow(
  deps: EventsDeps,
  { correctionMs }: Sending,
  event: StatusEvent | NoteEvent,
  info: ParcelInfo | null,
  refusal: EventRefusal | null,
) {
  const storesContent = refusal !== null || event.note !== undefined;
  return {
    id: event.id,
    type: event.type,
    atMs: Date.parse(event.at) - correctionMs,
    refusal,
    shipmentId: info?.shipmentId ?? null,
    trackingNumber: info?.trackingNumber ?? null,
    code: event.type === 'status' ? event.status : null,
    scanIdentity: null,
    sealed: storesContent ? sealEvent(deps, event) : null,
  };
}
