import { Gauge, type Registry } from 'prom-client';
import type { Clock } from '../../platform/clock.ts';
import type { Queryable } from '../../platform/database/database.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { startLoop } from '../../platform/work/loop.ts';
import {
  type AdmissionFigures,
  type AdmissionLimits,
  createAdmission,
  type Verdict,
} from './admission.ts';
import { type BacklogRow, measureBacklog } from './backlog.sql.ts';

/** Admission, based on the database's backlog and the pushes since. */
export interface BacklogWatch {
  /** Called once for each push, before it is read. */
  ask(): Verdict;
  figures(): AdmissionFigures;
  /** Measures the backlog now. It does so about once a second by itself. Never rejects. */
  check(): Promise<void>;
  stop(): Promise<void>;
}

interface BacklogWatchDeps {
  readonly db: Queryable;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
  /** Returns how long the oldest admitted message that is not on disk yet has waited, in ms. */
  readonly unwrittenMs: () => number;
  /** Returns the number of admitted messages that are not on disk yet. */
  readonly unwritten: () => number;
  /** Returns how late this process's event loop has been for about the last half second, in ms. */
  readonly loopLagMs: () => number;
  /** Returns whether only few more connections are possible. */
  readonly crowded: () => boolean;
  /** Returns a number from 0 to 1. */
  readonly random: () => number;
  readonly limits: AdmissionLimits;
  /**
   * Called before a push is refused because of the backlog: everything that is shed before webhooks
   * must be shed then, too. Refusals for other reasons may last milliseconds, and shedding lasts
   * seconds.
   */
  readonly onFull?: () => void;
}

const CHECK_EVERY_MS = 1_000;
/** An inbound message this old is on disk or never will be: it would be refused earlier. */
const SETTLED_AFTER_MS = 2_000;

export function watchBacklog(deps: BacklogWatchDeps): BacklogWatch {
  const { db, clock, log, limits } = deps;
  const admission = createAdmission(limits);
  let before: { readonly settledMs: number; readonly row: BacklogRow } | null = null;

  async function check(): Promise<void> {
    const atMs = clock.nowMs();
    const settledMs = Math.max(atMs - SETTLED_AFTER_MS, before?.settledMs ?? 0);
    const fromMs = before?.settledMs ?? settledMs;
    const row = await measureBacklog(db, { fromMs, settledMs, countMax: limits.countMax + 1 });
    const { waiting, settled, oldestMs } = row;
    const doneSince = Math.max(0, (before?.row.settled ?? 0) + row.arrived - row.settled);
    admission.sampled({ atMs, waiting, settled, oldestMs, doneSince });
    before = { settledMs, row };
  }

  const loop = startLoop({
    run: check,
    everyMs: CHECK_EVERY_MS,
    onFailure: (err) =>
      log.warn({ err }, 'the backlog could not be measured; the last measurement still applies'),
  });
  return {
    ask() {
      const verdict = admission.ask({
        nowMs: clock.nowMs(),
        unwrittenMs: deps.unwrittenMs(),
        unwritten: deps.unwritten(),
        loopLagMs: deps.loopLagMs(),
        crowded: deps.crowded(),
        random: deps.random,
      });
      if (!verdict.admit && verdict.reason === 'backlog') deps.onFull?.();
      return verdict;
    },
    figures: () => admission.figures(clock.nowMs()),
    check: () => loop.idle(),
    stop: () => loop.stop(),
  };
}

/** Registers the gauges of the figures by which pushes are admitted or shed. */
export function registerAdmissionGauges(
  registry: Registry,
  backlog: Pick<BacklogWatch, 'figures'>,
): void {
  const registers = [registry];
  new Gauge({
    name: 'waybill_backlog_wait_seconds',
    help: 'How long a push received now would wait to be read.',
    registers,
    collect() {
      const { waitMs, perS, limit } = backlog.figures();
      this.set(waitMs / 1_000);
      pace.set(perS);
      bound.set(limit);
    },
  });
  const pace = new Gauge({
    name: 'waybill_backlog_pace',
    help: 'Inbound messages processed per second at full load; 0 until that was measured.',
    registers,
  });
  const bound = new Gauge({
    name: 'waybill_backlog_limit',
    help: 'The present limit for waiting inbound messages; further pushes get 503.',
    registers,
  });
}
