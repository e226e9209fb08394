import { Gauge, type Registry } from 'prom-client';
import type { Queryable } from '../database/database.ts';
import { inRounds, type Rounds } from '../process/rounds.ts';
import { createPacer, type Pacer } from './pacer.ts';

/** Shared by all sweeps of a process, so that together they use no more than one would. */
interface PacedRounds {
  readonly pacer: Pacer;
  /** Runs steps of unnoticeable size, with pauses in between. */
  readonly paced: Rounds;
  /**
   * Runs steps of full size without pauses, for steps that pause themselves or write one file each.
   */
  readonly unpaced: Rounds;
}

/**
 * Creates rounds for background work: paced ones, which slow down while commits are slow, and
 * unpaced ones.
 */
export function pacedRounds({
  db,
  metrics,
  isStopping,
}: {
  readonly db: Queryable;
  readonly metrics: Registry;
  readonly isStopping: () => boolean;
}): PacedRounds {
  const pacer = createPacer({ commit: () => smallCommit(db), isStopping });
  registerPace(metrics, pacer);
  return {
    pacer,
    paced: (limit, step) => inRounds(limit, step, { pacer, isStopping }),
    unpaced: (limit, step) => inRounds(limit, step, { isStopping }),
  };
}

/**
 * Commits without writing to a table, but waits for the disk, and for a synchronous standby, as the
 * commit of a push does.
 */
async function smallCommit(db: Queryable): Promise<void> {
  await db.query({
    name: 'small_commit',
    text: `select pg_logical_emit_message(true, 'waybill', '')`,
  });
}

function registerPace(metrics: Registry, pacer: Pick<Pacer, 'share'>): void {
  new Gauge({
    name: 'waybill_sweep_share',
    help: 'Share of time (0 to 1) that may be spent on deleting expired data. It falls as commits get slower.',
    registers: [metrics],
    collect() {
      this.set(pacer.share);
    },
  });
}
