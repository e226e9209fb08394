import type { Tenant } from '../../../kernel/tenant.ts';
import type { Position } from '../intake/position.ts';

/** A courier's place that may be shown. */
export interface CourierPlace {
  readonly courierId: string;
  readonly tenant: Tenant;
  readonly position: Position;
  /** When it arrived, epoch ms. */
  readonly receivedAtMs: number;
}
