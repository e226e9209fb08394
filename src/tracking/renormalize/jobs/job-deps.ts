import type { Clock, Wait } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { ActiveMappings } from '../../mappings/active-mappings.ts';
import type { RecordContext } from '../../record/record.ts';
import type { Pace } from '../pace.ts';
import type { JobRow, Lease } from './jobs.sql.ts';

export interface JobDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly mappings: Pick<
    ActiveMappings,
    'current' | 'forMerchant' | 'active' | 'load' | 'refresh'
  >;
  readonly context: () => RecordContext;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly pace: Pace;
  readonly log: Pick<Logger, 'error' | 'info'>;
  /** Shipments per statement. */
  readonly windowShipments?: number;
  readonly leaseMs?: number;
  readonly adoptedMs?: number;
}
/**
 * Why a job was left before its end. `gives_way`: a merchant's job was interrupted for one that
 * concerns everybody's parcels.
 */
export type Left = 'stopped' | 'unreadable' | 'gives_way';

/** Runs one kind of job from its cursor until it ends or is left. */
export type Run = (
  deps: JobDeps,
  job: JobRow,
  lease: Lease,
  isStopping: () => boolean,
) => Promise<'done' | Left>;
