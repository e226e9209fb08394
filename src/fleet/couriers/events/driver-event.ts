import { correctionMs } from '../../../intake/index.ts';
import type { ErrorText } from '../../../kernel/errors.ts';
import type { ProofKind } from '../../../kernel/proof-kinds.ts';
import type { Status } from '../../../kernel/status.ts';
import type { EventsDeps } from '../deps.ts';
import type { Driver } from '../devices/devices.ts';

interface EventBase {
  /** The device assigns it. */
  readonly id: string;
  /** The device's time, ISO 8601 with an offset. */
  readonly at: string;
  readonly note?: string | undefined;
  readonly lat?: number | undefined;
  readonly lng?: number | undefined;
}

/** The parcel of an event. One of the two members is present. */
interface OfParcel {
  readonly tracking_number?: string | undefined;
  readonly shipment_id?: string | undefined;
}

export interface ScanEvent extends EventBase {
  readonly type: 'scan';
  readonly tracking_number: string;
  readonly code: string;
  readonly reason_code?: string | undefined;
  readonly facility_code?: string | undefined;
  readonly piece?: string | undefined;
  readonly handover?: boolean | undefined;
  readonly attributes?: Readonly<Record<string, string | number | boolean>> | undefined;
  /**
   * Whether the id is derived from the content, so that an event sent again after a refusal is
   * evaluated again.
   */
  readonly isRepeatable?: true;
}

export interface StatusEvent extends EventBase, OfParcel {
  readonly type: 'status';
  readonly status: Status;
  readonly sub_status?: string | undefined;
}

export interface NoteEvent extends EventBase, OfParcel {
  readonly type: 'note';
  readonly note: string;
}

/** One action of a courier, as recorded by the device; its form is validated. */
export type DriverEvent = ScanEvent | StatusEvent | NoteEvent;

/** Why an event was refused. The stored refusal names no person. */
export type EventRefusal =
  | {
      readonly code: 'invalid';
      readonly pointer: string;
      readonly reason: ErrorText;
      readonly fix: ErrorText;
    }
  | { readonly code: 'not_yours' }
  | { readonly code: 'held_by_another'; readonly by: string }
  | { readonly code: 'no_such_parcel' }
  | {
      readonly code: 'forbidden_move';
      readonly current: Status;
      readonly requested: Status;
      readonly allowed: readonly Status[];
    }
  | {
      readonly code: 'overtaken';
      readonly current: Status;
      readonly requested: Status;
      readonly latestAtMs: number | null;
    }
  | { readonly code: 'proof_missing'; readonly missing: readonly ProofKind[] };

export type DriverResult =
  | { readonly id: string; readonly outcome: 'accepted' | 'duplicate' }
  | { readonly id: string | null; readonly outcome: 'refused'; readonly refusal: EventRefusal };

/** A well-formed event, or what is wrong with it, with its id if it has one. */
export type ReadEvent =
  | { readonly event: DriverEvent }
  | { readonly id: string | null; readonly refusal: EventRefusal & { readonly code: 'invalid' } };

/**
 * Seals content that may name people with a data key of its own, which is deleted with the event.
 */
export function sealEvent({ sealer }: Pick<EventsDeps, 'sealer'>, value: unknown) {
  const { sealed, dataKey } = sealer.seal(Buffer.from(JSON.stringify(value), 'utf8'));
  return { content: sealed, dataKey };
}

/** Corrections of the times of a device's queue, in milliseconds. */
interface CorrectedQueue {
  /** How far the device's clock is ahead. */
  readonly clockMs: number;
  /** What to subtract from the time of each event. */
  readonly eachMs: readonly number[];
}

/**
 * A larger lead is not from a clock that was set by hand or to a wrong time zone, so it says
 * nothing about the events around it.
 */
const LEAD_MS_MAX = 6 * 3_600_000;
/** The step between times that are corrected to now: scan times are stored to the second. */
const STEP_MS = 1_000;

/**
 * Computes the corrections for the times of a device's events. The device's clock is ahead by what
 * it reported; if it reported nothing, by at least as much as its latest event is ahead of our
 * clock. Events that are in the future even then were written while the clock was wrong: they count
 * as of now, in the order of the queue.
 * @param offsetMs from `Waybill-Sent-At`; null: not reported.
 */
export function correctQueue(
  offsetMs: number | null,
  atsMs: readonly number[],
  nowMs: number,
): CorrectedQueue {
  const leadsMs = atsMs.map((atMs) => atMs - nowMs).filter((leadMs) => leadMs <= LEAD_MS_MAX);
  const clockMs = offsetMs === null ? Math.max(0, ...leadsMs) : correctionMs(offsetMs);
  const eachMs = atsMs.map(() => clockMs);
  let latestMs = nowMs;
  for (const [index, atMs] of [...atsMs.entries()].reverse()) {
    if (atMs - clockMs <= nowMs) continue;
    eachMs[index] = atMs - latestMs;
    latestMs -= STEP_MS;
  }
  return { clockMs, eachMs };
}

/** Who sent the events, and when by our clock. */
export interface Sending {
  readonly driver: Driver;
  readonly nowMs: number;
  /** How many ms to subtract from the device's times. */
  readonly correctionMs: number;
}
