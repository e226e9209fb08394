import type { ProofKind } from '../kernel/proof-kinds.ts';
import type { Status } from '../kernel/status.ts';
import type { Tenant } from '../kernel/tenant.ts';

/** What a courier has to know of a parcel of own couriers. */
export interface ParcelInfo {
  readonly shipmentId: string;
  readonly trackingNumber: string;
  readonly status: Status;
  readonly subStatus: string | null;
  readonly requireProof: readonly ProofKind[];
  readonly pieces: number | null;
  readonly weightG: number | null;
  readonly orderId: string | null;
  /** Deliveries attempted so far. */
  readonly attempts: number;
  readonly recipient: { readonly name: string | null; readonly phone: string | null };
  readonly address: ParcelAddress;
  /** Where it is fetched; null: nobody said, or at one's own building. */
  readonly from: ParcelAddress | null;
  /** Where it goes; null: it is not known. */
  readonly timeZone: string | null;
}

export interface ParcelAddress {
  /** As on a label, without a person's name. */
  readonly lines: readonly string[];
  readonly postalCode: string | null;
  readonly city: string | null;
  readonly country: string | null;
}

/** "Set this status", as a courier says it. */
export interface DriverCommand {
  /** Sent again it is the same: what was carried out under this id is not carried out again. */
  readonly id: string;
  readonly status: Status;
  readonly subStatus: string | null;
  readonly occurredAtMs: number;
  readonly note: string | null;
  /** It waited for network: what happened has happened, with or without proof. */
  readonly queued: boolean;
}

export type DriverCommandOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'proof_missing'; readonly missing: readonly ProofKind[] }
  | { readonly kind: 'forbidden'; readonly current: Status; readonly allowed: readonly Status[] }
  | { readonly kind: 'overtaken'; readonly current: Status; readonly latestAtMs: number | null };

/** What this stage asks of whoever keeps shipments, which comes after it. */
export interface Parcels {
  /** Those of own couriers among these that the tenant has. */
  byIds(tenant: Tenant, ids: readonly string[]): Promise<readonly ParcelInfo[]>;
  /** The same by number; of a number that was used again the newest. */
  byNumbers(tenant: Tenant, numbers: readonly string[]): Promise<readonly ParcelInfo[]>;
  /** A number as it is stored; empty: nothing is left of it. */
  spelled(number: string): string;
  isAllowed(from: Status, to: Status): boolean;
  command(
    tenant: Tenant,
    shipmentId: string,
    command: DriverCommand,
  ): Promise<DriverCommandOutcome>;
}
