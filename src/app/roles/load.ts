import { type BacklogWatch, registerAdmissionGauges, watchBacklog } from '../../intake/index.ts';
import { notifyLoad } from '../../platform/load/load.sql.ts';
import {
  measureLoopLag,
  registerLoadGauges,
  watchSustainedLag,
} from '../../platform/load/loop-lag.ts';
import { type Load, watchLoad } from '../../platform/load/watch-load.ts';
import type { Machines } from '../../platform/machines.ts';
import { systemTimers, unheldTimers } from '../../platform/work/timers.ts';
import type { Hub } from '../hub.ts';

export interface LoadParts {
  readonly load: Load;
  /** Null if this process does not measure the backlog. */
  readonly backlog: BacklogWatch | null;
}

interface LoadOptions {
  /**
   * One process of each hub measures it: the one that receives webhooks, or else the one that
   * processes them.
   */
  readonly measuresBacklog: boolean;
  /** Whether few more connections are possible. */
  readonly crowded?: () => boolean;
}

/** Starts measuring which work this process has to shed, until it stops. */
export function startLoad(
  machines: Machines,
  { inbox }: Pick<Hub, 'inbox'>,
  { measuresBacklog, crowded = () => false }: LoadOptions,
): LoadParts {
  const { config, database, clock, random, log, metrics, listener, shutdown } = machines;
  const unwrittenMs = () => inbox.unwrittenMs();
  const sustained = measuresBacklog ? watchSustainedLag(unheldTimers) : null;
  const backlog = measuresBacklog
    ? watchBacklog({
        db: database.pipeline,
        limits: config.backlog,
        random: () => (random(1)[0] ?? 0) / 255,
        onFull: () => load.noteWebhookRefused(),
        unwritten: () => inbox.unwritten(),
        loopLagMs: () => sustained?.lagMs() ?? 0,
        clock,
        log,
        unwrittenMs,
        crowded,
      })
    : null;
  const lag = measureLoopLag();
  const load = watchLoad({
    notify: (message) => notifyLoad(database.pipeline, message),
    timers: systemTimers,
    loopLagMs: () => lag.takeMs(),
    backlog: () => backlog?.figures().share ?? null,
    listener,
    log,
    unwrittenMs,
  });
  shutdown.onStop('load', async () => {
    await load.stop();
    await backlog?.stop();
    sustained?.stop();
    lag.stop();
  });
  if (backlog !== null) registerAdmissionGauges(metrics, backlog);
  registerLoadGauges(metrics, load);
  return { load, backlog };
}
