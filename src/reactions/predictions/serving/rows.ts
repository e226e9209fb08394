import type { Tenant } from '../../../kernel/tenant.ts';
import type { CourierArrival, Moved } from '../../../prediction/index.ts';
import type { ShownEstimate } from '../../../tracking/index.ts';

/** A prediction as it is stored, with all that explains it. */
export interface PredictionRow {
  readonly shipmentId: string;
  readonly tenant: Tenant;
  readonly isDelivered: boolean;
  readonly source: 'model' | 'carrier' | 'rule' | 'none';
  readonly date: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly confidence: number;
  readonly late: boolean;
  /** The chain's reasons, and what moved the model. */
  readonly reasons: { readonly chain: readonly unknown[]; readonly drivers: readonly unknown[] };
  readonly modelVersion: number | null;
  readonly featuresHash: string;
  readonly missProbability: number | null;
  readonly warning: unknown;
  readonly moved: Moved | null;
  /** The date shown with it, already announced. */
  readonly announced: ShownEstimate | null;
  readonly dueAtMs: number | null;
}

/** What was known of a parcel's dates before; both null where nothing was. */
export interface KnownBefore {
  readonly warning: unknown;
  readonly moved: Moved | null;
  /** The date that was announced last; undefined: it was worked out before that was kept. */
  readonly announced: ShownEstimate | null | undefined;
  /** The first day that the carrier named. */
  readonly carrierFirst: string | null;
  /** Of its journey, as they are stored; null: none is. */
  readonly stops: unknown;
  /** Of its journey; null: nobody said. */
  readonly weather: number | null;
  /** When its courier comes; absent: nobody knows. */
  readonly arrival?: CourierArrival | null;
}

/** A date that somebody shows. */
export interface ShownDate {
  readonly id: string;
  readonly tenant: Tenant;
  readonly shipmentId: string;
  readonly whose: 'ours' | 'carrier' | 'promise';
  readonly source: 'model' | 'carrier' | 'rule' | 'promise';
  readonly stage: string;
  /** What the calendar at the destination shows; null: nobody knows which. */
  readonly shownOn: string | null;
  readonly carrier: string;
  readonly serviceLevel: string;
  readonly lane: string;
  readonly date: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly confidence: number | null;
  readonly missProbability: number | null;
  readonly warned: boolean;
  readonly modelVersion: number | null;
}
