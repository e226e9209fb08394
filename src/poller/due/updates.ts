import { type Event, isDeletion } from '../../events/event.ts';
import { groupEventTypes } from '../../events/event-types.ts';
import { isTerminal, type Status } from '../../kernel/status.ts';
import type { Erasure } from '../../platform/event-log/erasures.sql.ts';
import {
  groupText,
  type HistoryEntry,
  NEVER_PULLED,
  type PollTarget,
  type TargetGroup,
  type TargetKey,
  type TargetPulls,
  type TargetUpdates,
} from './target.ts';

/** A target before its next poll is planned. */
export type Unplanned = TargetKey &
  TargetUpdates &
  TargetPulls &
  Pick<PollTarget, 'refreshRequestedAtMs' | 'leaseUntilMs' | 'endReason'> & {
    readonly [Name in 'reason' | 'why']?: PollTarget[Name] | undefined;
  };

/** A log entry about a number that a merchant has registered. */
export interface ShipmentEntry extends TargetKey {
  /** The parcel's carrier, if the entry is applied to the target of a bridge. */
  readonly parcelCarrier: string | null;
  readonly event: Event;
  /** Null if it was erased, so that nothing else is known. */
  readonly data: Snapshot | null;
}

interface Snapshot {
  readonly status: Status;
  readonly subStatus: string | null;
  readonly confirmed: boolean;
  /** The bridge that reported the status; null: another source did. */
  readonly via: string | null;
  /** Whether only the target doubts it, and tracking does not wait for a confirmation. */
  readonly isDoubted: boolean;
  readonly service: string | null;
  readonly timeZone: string | null;
  readonly edd: string | null;
  readonly createdAtMs: number;
  readonly lastFactAtMs: number | null;
  readonly expired: boolean;
}

/** The number of facts remembered per parcel: more than nearly all have, few enough for a row. */
const HISTORY_MAX = 64;
const STALLED = 'stalled';

/**
 * The types of event that change a target: all events about a shipment, which contain it as it is
 * then.
 */
const TYPES = groupEventTypes({
  /** Something new from a carrier or bridge causes them, and nothing else. */
  reported: ['shipment.status_changed', 'shipment.delivered', 'shipment.tracking_updated'],
  read: [
    'shipment.created',
    'shipment.corrected',
    'shipment.confirmed',
    'shipment.edd_changed',
    'shipment.updated',
    'shipment.expired',
    'shipment.exception_opened',
    'shipment.exception_updated',
    'shipment.exception_resolved',
    'delivery_request.resolved',
    'shipment.delay_predicted',
    'shipment.deleted',
  ],
  ignored: [
    'shipment.proof_added',
    'shipment.arriving',
    'shipment.assigned',
    'shipment.unassigned',
    'shipment.unassignable',
    'carrier_account.health_changed',
    'carrier_account.push_changed',
    'carrier_account.verification_changed',
    'webhook_endpoint.disabled',
    'shop.disabled',
    'shipment.delivery_withdrawn',
    'courier.silent',
  ],
});

/**
 * Returns the entry of an event about an erased shipment, if it is the deletion; null for other
 * events, and if `erased` does not contain the shipment.
 */
export function ofErasure(event: Event, erased: readonly Erasure[]): ShipmentEntry | null {
  if (event.about !== 'erased' || !isDeletion(event)) return null;
  const who = erased.find(({ subjectId }) => subjectId === event.subjectId);
  if (who === undefined) return null;
  const { carrier, trackingNumber } = who;
  return { ...event.tenant, carrier, trackingNumber, parcelCarrier: null, event, data: null };
}

/**
 * Returns the entry of an event; null if it is not about a shipment, or no longer contains its
 * data.
 */
export function ofShipment(event: Event): ShipmentEntry | null {
  const isRead = TYPES.read.has(event.type) || TYPES.reported.has(event.type);
  if (event.about !== 'shipment' || !isRead) return null;
  const { data } = event;
  const { carrier, tracking_number: trackingNumber, status } = data;
  const snapshot = {
    status,
    subStatus: data.sub_status || null,
    confirmed: data.confirmed !== false,
    via: data.via ?? null,
    isDoubted: false,
    service: data.service_level || null,
    timeZone: data.time_zone || null,
    edd: day(data.estimated_delivery?.date) ?? day(data.promised_date),
    createdAtMs: Date.parse(data.created_at),
    lastFactAtMs: instant(data.last_event_at),
    expired: data.expired === true,
  };
  const key = { ...event.tenant, carrier, trackingNumber, parcelCarrier: null };
  return { ...key, event, data: snapshot };
}

/** Returns when each bridge that reported something in these entries did so last. */
export function updatesOfBridges(
  entries: readonly ShipmentEntry[],
): readonly { readonly group: TargetGroup; readonly atMs: number }[] {
  const newest = new Map<string, { readonly group: TargetGroup; readonly atMs: number }>();
  for (const { merchantId, mode, data, event } of entries) {
    if (data === null || data.via === null || data.subStatus === STALLED) continue;
    if (!TYPES.reported.has(event.type)) continue;
    const group = { merchantId, mode, carrier: data.via };
    const atMs = Math.max(event.recordedAtMs, newest.get(groupText(group))?.atMs ?? 0);
    newest.set(groupText(group), { group, atMs });
  }
  return [...newest.values()];
}

/** Returns the entry for the target by which a bridge's account polls the same parcel. */
export function throughBridge(entry: ShipmentEntry, bridge: string): ShipmentEntry {
  return { ...entry, carrier: bridge, parcelCarrier: entry.carrier };
}

/**
 * Returns the entry for the target of an account with the carrier itself. An end that only a bridge
 * reported is not final for it: the carrier is polled until it says so, too.
 */
export function forDirectTarget(entry: ShipmentEntry): ShipmentEntry {
  const { data } = entry;
  if (data === null || data.via === null || !isTerminal(data.status)) return entry;
  return { ...entry, data: { ...data, confirmed: false, isDoubted: data.confirmed } };
}

/**
 * Returns the target after an entry; null if the entry changes nothing (it was already applied, or
 * is about an instance that a newer one has replaced). A new instance starts without poll results.
 */
export function withEntry(before: Unplanned | null, entry: ShipmentEntry): Unplanned | null {
  const { event, data } = entry;
  if (data === null) return withErasure(before, event);
  const isNewInstance = before === null || before.shipmentId !== event.subjectId;
  if (before !== null && isNewInstance && data.createdAtMs < before.createdAtMs) return null;
  if (before !== null && !isNewInstance && event.sequence <= before.sequence) return null;
  const last = isNewInstance ? null : before;
  const isUpdate = isUpdateAfter(last, data);
  const isSilent = data.subStatus === STALLED && last !== null;
  const pulls = last ?? NEVER_PULLED;
  // Members are copied one by one: an object spread of so many is slow to create and to read.
  return {
    merchantId: entry.merchantId,
    mode: entry.mode,
    carrier: entry.carrier,
    trackingNumber: entry.trackingNumber,
    parcelCarrier: entry.parcelCarrier,
    shipmentId: event.subjectId,
    sequence: event.sequence,
    // `stalled` is our own observation: updates are expected by the status that the carrier
    // reported last.
    status: isSilent ? last.status : data.status,
    subStatus: data.subStatus,
    confirmed: data.confirmed,
    service: data.service,
    // Not every entry repeats the time zone, so the last known one stays.
    timeZone: data.timeZone ?? last?.timeZone ?? null,
    edd: data.edd,
    createdAtMs: data.createdAtMs,
    trackedSinceMs: last === null ? event.recordedAtMs : last.trackedSinceMs,
    lastFactAtMs: data.subStatus === STALLED ? (last?.lastFactAtMs ?? null) : data.lastFactAtMs,
    lastUpdateAtMs: isUpdate ? event.recordedAtMs : (last?.lastUpdateAtMs ?? null),
    unconfirmedSinceMs:
      data.confirmed || data.isDoubted ? null : (last?.unconfirmedSinceMs ?? event.recordedAtMs),
    history: isUpdate ? withFact(last?.history ?? [], data) : (last?.history ?? []),
    push: pulls.push,
    known: pulls.known,
    misses: pulls.misses,
    failures: pulls.failures,
    lastPolledAtMs: pulls.lastPolledAtMs,
    lastConfirmedAtMs: pulls.lastConfirmedAtMs,
    lastHash: pulls.lastHash,
    lastIdentities: pulls.lastIdentities,
    lastInboundMessageId: pulls.lastInboundMessageId,
    confirmations: isUpdate ? 0 : (last?.confirmations ?? 0),
    reportedSequence: pulls.reportedSequence,
    notFoundReported: pulls.notFoundReported,
    proofOffer: pulls.proofOffer,
    refreshRequestedAtMs: last?.refreshRequestedAtMs ?? null,
    leaseUntilMs: before?.leaseUntilMs ?? null,
    endReason: endOf(last, { event, data }, isUpdate),
    reason: last?.reason,
    why: last?.why,
  };
}

/**
 * Returns the target after an erasure: no longer polled, with nothing but the fact that it was
 * polled.
 */
function withErasure(before: Unplanned | null, event: Event): Unplanned | null {
  if (before === null || before.shipmentId !== event.subjectId) return null;
  if (event.sequence <= before.sequence) return null;
  const { sequence } = event;
  const nothing = { service: null, timeZone: null, edd: null, history: [], proofOffer: null };
  return { ...before, ...nothing, sequence, endReason: 'deleted' };
}

/**
 * Whether an entry is an update: something happened to the parcel, or its state became more or less
 * certain. That it stalled is our own observation and no update.
 */
function isUpdateAfter(last: Unplanned | null, data: Snapshot): boolean {
  if (data.subStatus === STALLED) return false;
  if (last === null) return data.lastFactAtMs !== null;
  return (
    data.lastFactAtMs !== last.lastFactAtMs ||
    data.status !== last.status ||
    data.confirmed !== last.confirmed
  );
}

/**
 * Returns why the number's polling has ended, or null. An update reopens an ended number for the
 * policy, which may end it again; deleted or refused numbers stay ended. A number given up here but
 * not in tracking is reopened by any later entry: tracking had moved on and ignored that it was
 * given up.
 */
function endOf(
  last: Unplanned | null,
  entry: { readonly event: Event; readonly data: Snapshot },
  isUpdate: boolean,
): PollTarget['endReason'] {
  if (isDeletion(entry.event)) return 'deleted';
  if (entry.data.expired) return 'expired';
  const reason = last?.endReason ?? null;
  if (reason === 'expired') return null;
  return isUpdate && reason === 'finished' ? null : reason;
}

/** Appends the newest fact to the history, unless it is the last one already. */
function withFact(
  history: readonly HistoryEntry[],
  { status, lastFactAtMs }: Snapshot,
): readonly HistoryEntry[] {
  if (lastFactAtMs === null) return history;
  const fact: HistoryEntry = [status, Math.round(lastFactAtMs / 1_000)];
  const last = history.at(-1);
  if (last !== undefined && last[0] === fact[0] && last[1] === fact[1]) return history;
  return [...history, fact].slice(-HISTORY_MAX);
}

function instant(text: string | null | undefined): number | null {
  const ms = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

function day(text: string | null | undefined): string | null {
  return text && /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : null;
}
