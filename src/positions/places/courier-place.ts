import type { Tenant } from '../../kernel/tenant.ts';
import type { Position } from '../intake/position.ts';

/** Where a courier is, as it may be shown. */
export interface CourierPlace {
  readonly courierId: string;
  readonly tenant: Tenant;
  readonly position: Position;
  /** When it came, epoch ms. */
  readonly receivedAtMs: number;
}
