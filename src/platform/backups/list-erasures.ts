import type { Clock, RandomBytes } from '../clock.ts';
import { type Database, withTransaction } from '../database/database.ts';
import type { Logger } from '../observability/log.ts';
import type { Config } from '../settings/config.ts';
import { type Loop, startLoop } from '../work/loop.ts';
import { addErasures } from './erasure-list.ts';
import { dropListed, placesBehind, takeErasures } from './erasures-to-list.sql.ts';
import { openRepository } from './repository.ts';

interface ErasureListDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly config: Pick<Config, 's3' | 's3Server'>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
}

/** How often erasures are sent, so that they are stored next to the backups within a second. */
const CHECK_EVERY_MS = 1_000;
/** Retry interval for a place that does not answer. */
const RETRY_MS = 60_000;
const BATCH = 10_000;

/** Sends erasures to every backup location until stopped. */
export function startErasureListing(deps: ErasureListDeps): Loop {
  const { log, clock } = deps;
  const failedAtMs = new Map<string, number>();
  return startLoop({
    everyMs: CHECK_EVERY_MS,
    onFailure: (err) => log.warn({ err }, 'erasures could not be listed with the backups'),
    async run() {
      for (const place of await placesBehind(deps.db.pipeline)) {
        const nowMs = clock.nowMs();
        if (nowMs - (failedAtMs.get(place) ?? Number.NEGATIVE_INFINITY) < RETRY_MS) continue;
        try {
          await listAt(deps, place);
          failedAtMs.delete(place);
        } catch (err) {
          failedAtMs.set(place, nowMs);
          const what = 'erasures could not be listed with the backups; this will be retried';
          log.warn({ err, place }, what);
        }
      }
    },
  });
}

/**
 * Sends all erasures that wait for the place. They are listed first and deleted here afterwards, so
 * a kill in between lists some twice.
 */
export async function listAt(deps: ErasureListDeps, place: string): Promise<void> {
  const { db, config, clock, randomBytes } = deps;
  const repository = await openRepository(place, config);
  try {
    for (;;) {
      const count = await withTransaction(db.pipeline, async (tx) => {
        const erasures = await takeErasures(tx, place, BATCH);
        if (erasures.length === 0) return 0;
        const time = new Date(clock.nowMs()).toISOString().replaceAll(/[-:.]/g, '');
        const name = `${time}-${Buffer.from(randomBytes(4)).toString('hex')}`;
        const erased = erasures.map(({ subjectId: id, erasedAtMs }) => ({ id, erasedAtMs }));
        await addErasures(repository, erased, name);
        await dropListed(tx, place, erasures);
        return erasures.length;
      });
      if (count < BATCH) return;
    }
  } finally {
    repository.close();
  }
}
