import type { Tenant } from '../../../kernel/tenant.ts';
import type { CourierArrival, Moved } from '../../../prediction/index.ts';
import type { ShownEstimate } from '../../../tracking/ports/predictions.ts';

/** A stored prediction, with everything that explains it. */
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
  /** The chain's reasons, and the model's drivers. */
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

/** What the previous prediction run stored about a parcel. */
export interface PriorPrediction {
  readonly warning: unknown;
  readonly moved: Moved | null;
  /** The date announced last; undefined: computed before announcements were recorded. */
  readonly announced: ShownEstimate | null | undefined;
  /** The first day that the carrier named. */
  readonly carrierFirst: string | null;
  /** Its journey's stops as stored; null: none are. */
  readonly stops: unknown;
  /** The weather on its journey; null: unknown. */
  readonly weather: number | null;
  /** When its courier arrives; absent: unknown. */
  readonly arrival?: CourierArrival | null;
}

/** A date that was shown, by anyone. */
export interface ShownDate {
  readonly id: string;
  readonly tenant: Tenant;
  readonly shipmentId: string;
  readonly whose: 'ours' | 'carrier' | 'promise';
  readonly source: 'model' | 'carrier' | 'rule' | 'promise';
  readonly stage: string;
  /** The calendar day at the destination; null: its zone is unknown. */
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
