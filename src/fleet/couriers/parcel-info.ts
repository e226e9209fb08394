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
interface DriverCommand {
  /** The idempotency key: a command with an id that was carried out before is not repeated. */
  readonly id: string;
  readonly status: Status;
  readonly subStatus: string | null;
  readonly occurredAtMs: number;
  readonly note: string | null;
  /** Whether it waited offline. Then it has already happened, so proof is not required. */
  readonly queued: boolean;
}

export type DriverCommandOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'proof_missing'; readonly missing: readonly ProofKind[] }
  | { readonly kind: 'forbidden'; readonly current: Status; readonly allowed: readonly Status[] }
  | { readonly kind: 'overtaken'; readonly current: Status; readonly latestAtMs: number | null };

/**
 * What couriers need to know about shipments. Their owner is a later stage, so the functions are
 * passed in.
 */
export interface Parcels {
  /** Those of these shipments that are the tenant's parcels of own couriers. */
  byIds(tenant: Tenant, ids: readonly string[]): Promise<readonly ParcelInfo[]>;
  /** The tenant's parcels with these tracking numbers; of a reused number, the newest parcel. */
  byNumbers(tenant: Tenant, numbers: readonly string[]): Promise<readonly ParcelInfo[]>;
  /** The stored form of a number; empty if nothing is left of it. */
  spelled(number: string): string;
  isAllowed(from: Status, to: Status): boolean;
  command(
    tenant: Tenant,
    shipmentId: string,
    command: DriverCommand,
  ): Promise<DriverCommandOutcome>;
}
