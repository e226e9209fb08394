import type { ProofKind } from '../../../kernel/proof-kinds.ts';
import type { Status } from '../../../kernel/status.ts';

interface EventBase {
  /** Assigned by the device. */
  readonly id: string;
  /** Device time, ISO 8601 with an offset. */
  readonly at: string;
  readonly note?: string | undefined;
  readonly lat?: number | undefined;
  readonly lng?: number | undefined;
}

/** One of the two is present. */
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
   * The id is derived from the content, so an event sent again after a refusal is evaluated again.
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

/** Why an event was refused. What is stored of it names no person. */
export type EventRefusal =
  | {
      readonly code: 'invalid';
      readonly pointer: string;
      readonly reason: string;
      readonly fix: string;
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
