import type { ProofKind } from '../../kernel/proof-kinds.ts';
import type { Status } from '../../kernel/status.ts';
import type { Tenant } from '../../kernel/tenant.ts';

/** What a courier needs to know about a parcel. */
export interface ParcelInfo {
  readonly shipmentId: string;
  readonly trackingNumber: string;
  readonly status: Status;
  readonly subStatus: string | null;
  readonly requireProof: readonly ProofKind[];
  readonly pieces: number | null;
  readonly weightG: number | null;
  readonly orderId: string | null;
  /** Delivery attempts so far. */
  readonly attempts: number;
  readonly recipient: { readonly name: string | null; readonly phone: string | null };
  readonly address: ParcelAddress;
  /** Where to collect it; null: not given, or at the merchant's own building. */
  readonly from: ParcelAddress | null;
  /** Where to deliver it; null: unknown. */
  readonly timeZone: string | null;
}

export interface ParcelAddress {
  /** As on a label, without a person's name. */
  readonly lines: readonly string[];
  readonly postalCode: string | null;
  readonly city: string | null;
  readonly country: string | null;
}

/** A courier's command to set a status. */
export interface DriverCommand {
  /** The idempotency key: a command with an id that was carried out before is not repeated. */
  readonly id: string;
  readonly status: Status;
  readonly subStatus: string | null;
  readonly occurredAtMs: number;
  readonly note: string | null;
  /** It waited offline. The event has happened, so proof is not required. */
  readonly queued: boolean;
}

export type DriverCommandOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'proof_missing'; readonly missing: readonly ProofKind[] }
  | { readonly kind: 'forbidden'; readonly current: Status; readonly allowed: readonly Status[] }
  | { readonly kind: 'overtaken'; readonly current: Status; readonly latestAtMs: number | null };

/** What couriers need from the owner of shipments, which is a later stage. */
export interface Parcels {
  /** Own couriers' parcels of the tenant among these. */
  byIds(tenant: Tenant, ids: readonly string[]): Promise<readonly ParcelInfo[]>;
  /** The same by number; for a reused number, the newest. */
  byNumbers(tenant: Tenant, numbers: readonly string[]): Promise<readonly ParcelInfo[]>;
  /** A number in its stored form; empty: nothing is left of it. */
  spelled(number: string): string;
  isAllowed(from: Status, to: Status): boolean;
  command(
    tenant: Tenant,
    shipmentId: string,
    command: DriverCommand,
  ): Promise<DriverCommandOutcome>;
}
