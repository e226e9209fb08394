import { Gauge, type Registry } from 'prom-client';
import type { Replica } from './read-pool.ts';

/** Registers the replica's metrics; does nothing if there is none. */
export function countReplica(replica: Replica | null, registry: Registry): void {
  if (replica === null) return;
  new Gauge({
    name: 'waybill_replica_staleness_seconds',
    help: 'How far the replica for public lookups is behind the primary; NaN while nothing is known',
    registers: [registry],
    collect() {
      const ms = replica.stalenessMs();
      this.set(Number.isFinite(ms) ? ms / 1_000 : Number.NaN);
    },
  });
  new Gauge({
    name: 'waybill_replica_used',
    help: '1 while public lookups ask the replica, 0 while they ask the primary',
    registers: [registry],
    collect() {
      this.set(replica.isUsed() ? 1 : 0);
    },
  });
}
