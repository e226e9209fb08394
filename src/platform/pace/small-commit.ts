import { Gauge, type Registry } from 'prom-client';
import type { Queryable } from '../database/database.ts';
import type { Pacer } from './pacer.ts';

/**
 * A commit that writes nothing to a table and waits for the disk, and for a synchronous standby, as that of a push
 * does.
 */
export async function smallCommit(db: Queryable): Promise<void> {
  await db.query({
    name: 'small_commit',
    text: `select pg_logical_emit_message(true, 'waybill', '')`,
  });
}

export function registerPace(metrics: Registry, pacer: Pick<Pacer, 'share'>): void {
  new Gauge({
    name: 'waybill_sweep_share',
    help: 'Share of its time, from 0 to 1, that the removal of what is kept no longer takes: the less the longer commits take meanwhile.',
    registers: [metrics],
    collect() {
      this.set(pacer.share);
    },
  });
}
