import { isAboutShipment } from '../../kernel/event-types.ts';
import { isStatus, type Status } from '../../kernel/status.ts';
import { type Erasure, isErased } from '../../platform/event-log/erasures.sql.ts';
import type { LogEntry } from '../../platform/event-log/event-log.ts';
import {
  type HistoryEntry,
  NEVER_PULLED,
  type PollTarget,
  type TargetKey,
  type TargetNews,
  type TargetPulls,
} from './target.ts';

/** A target before its next poll is planned. */
export type Unplanned = TargetKey &
  TargetNews &
  TargetPulls &
  Pick<PollTarget, 'refreshAskedAtMs' | 'leaseUntilMs' | 'endReason'> &
  Partial<Pick<PollTarget, 'reason' | 'why'>>;

/** What an entry of the log says of a number that a merchant follows. */
export interface ShipmentEntry extends TargetKey {
  readonly entry: LogEntry;
  /** Null: it was erased, and that is all that is to be known. */
  readonly data: Snapshot | null;
}

interface Snapshot {
  readonly status: Status;
  readonly subStatus: string | null;
  readonly confirmed: boolean;
  readonly service: string | null;
  readonly timeZone: string | null;
  readonly edd: string | null;
  readonly createdAtMs: number;
  readonly lastFactAtMs: number | null;
  readonly expired: boolean;
}

/** Facts remembered of a parcel: more than nearly all have, little enough for a row. */
const HISTORY_MAX = 64;
const DELETED = 'shipment.deleted';
const STALLED = 'stalled';

/** What an entry says that tells of an end for good; `erased` is who it was. */
export function readErasure(entry: LogEntry, erased: readonly Erasure[]): ShipmentEntry | null {
  if (entry.type !== DELETED || !isErased(entry)) return null;
  const who = erased.find(({ subjectId }) => subjectId === entry.subjectId);
  if (who === undefined) return null;
  const { carrier, trackingNumber } = who;
  return { ...entry.tenant, carrier, trackingNumber, entry, data: null };
}

/** Null when the entry is not about a shipment, or tells no more of it. */
export function readEntry(entry: LogEntry): ShipmentEntry | null {
  if (!isAboutShipment(entry.type)) return null;
  const { data } = entry;
  const { carrier, tracking_number: trackingNumber, status } = data;
  const createdAtMs = instant(data.created_at);
  if (typeof carrier !== 'string' || typeof trackingNumber !== 'string') return null;
  if (!isStatus(status) || createdAtMs === null) return null;
  const snapshot = {
    status,
    subStatus: text(data.sub_status),
    confirmed: data.confirmed !== false,
    service: text(data.service_level),
    timeZone: text(data.time_zone),
    edd: dateOf(data.estimated_delivery) ?? day(data.promised_date),
    createdAtMs,
    lastFactAtMs: instant(data.last_event_at),
    expired: data.expired === true,
  };
  return { ...entry.tenant, carrier, trackingNumber, entry, data: snapshot };
}

/**
 * The target after an entry; null when the entry changes nothing (told before, or about a life
 * that a newer one has followed). A new life begins with nothing pulled.
 */
export function withEntry(before: Unplanned | null, told: ShipmentEntry): Unplanned | null {
  const { entry, data } = told;
  if (data === null) return withErasure(before, entry);
  const isNewLife = before === null || before.shipmentId !== entry.subjectId;
  if (before !== null && isNewLife && data.createdAtMs < before.createdAtMs) return null;
  if (before !== null && !isNewLife && entry.sequence <= before.sequence) return null;
  const last = isNewLife ? null : before;
  const isNews = tells(last, data);
  const { merchantId, mode, carrier, trackingNumber } = told;
  const { expired: _, ...snapshot } = data;
  const isSilent = data.subStatus === STALLED && last !== null;
  return {
    ...(last ?? NEVER_PULLED),
    merchantId,
    mode,
    carrier,
    trackingNumber,
    ...snapshot,
    // That it is silent is our own word: what the carrier said last is what to expect news by.
    status: isSilent ? last.status : data.status,
    lastFactAtMs: data.subStatus === STALLED ? (last?.lastFactAtMs ?? null) : data.lastFactAtMs,
    // A carrier's own word on the service is known sooner than every entry repeats it.
    timeZone: data.timeZone ?? last?.timeZone ?? null,
    shipmentId: entry.subjectId,
    sequence: entry.sequence,
    lastNewsAtMs: isNews ? entry.recordedAtMs : (last?.lastNewsAtMs ?? null),
    unconfirmedSinceMs: data.confirmed ? null : (last?.unconfirmedSinceMs ?? entry.recordedAtMs),
    history: isNews ? withFact(last?.history ?? [], data) : (last?.history ?? []),
    confirmations: isNews ? 0 : (last?.confirmations ?? 0),
    refreshAskedAtMs: last?.refreshAskedAtMs ?? null,
    leaseUntilMs: before?.leaseUntilMs ?? null,
    endReason: endOf(last, { entry, data }, isNews),
  };
}

/** Asked for no more; that it was is what is left. */
function withErasure(before: Unplanned | null, entry: LogEntry): Unplanned | null {
  if (before === null || before.shipmentId !== entry.subjectId) return null;
  if (entry.sequence <= before.sequence) return null;
  const { sequence } = entry;
  const nothing = { service: null, timeZone: null, edd: null, history: [], proofOffer: null };
  return { ...before, ...nothing, sequence, endReason: 'deleted' };
}

/**
 * Something happened to the parcel, or what is said of it is now surer or less sure. That it is
 * silent is our own word and no news of it.
 */
function tells(last: Unplanned | null, data: Snapshot): boolean {
  if (data.subStatus === STALLED) return false;
  if (last === null) return data.lastFactAtMs !== null;
  return (
    data.lastFactAtMs !== last.lastFactAtMs ||
    data.status !== last.status ||
    data.confirmed !== last.confirmed
  );
}

/**
 * News brings an ended number back to the policy, which may end it again; what was deleted or
 * refused stays so. One that was given up here and not there comes back with any later entry:
 * tracking had moved on, and took no note of it.
 */
function endOf(
  last: Unplanned | null,
  told: { readonly entry: LogEntry; readonly data: Snapshot },
  isNews: boolean,
): PollTarget['endReason'] {
  if (told.entry.type === DELETED) return 'deleted';
  if (told.data.expired) return 'expired';
  const reason = last?.endReason ?? null;
  if (reason === 'expired') return null;
  return isNews && reason === 'finished' ? null : reason;
}

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

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function instant(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

function dateOf(estimate: unknown): string | null {
  return typeof estimate === 'object' && estimate !== null && 'date' in estimate
    ? day(estimate.date)
    : null;
}

function day(value: unknown): string | null {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : null;
}
