import type { Tenant } from '../../kernel/tenant.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { openLoop } from '../../platform/work/loop.ts';
import { unheldTimers } from '../../platform/work/timers.ts';
import { FACILITIES_CHANNEL, facilitiesChangedAfter } from './facilities.sql.ts';
import type { Facility } from './facility.ts';
import { createFacilityIndex } from './facility-index.ts';
import { type EventPlace, resolveFacility } from './resolve-facility.ts';

/**
 * Returns the facility of an event's place, from memory; for a null tenant, only of the hub's own
 * facilities.
 */
export type FacilityOf = (tenant: Tenant | null, place: EventPlace) => Facility | null;

/** All facilities, mirrored in memory, so that recording a fact needs no query. */
export interface FacilitiesInMemory {
  readonly facilityOf: FacilityOf;
  readonly size: number;
  /** Resolves when everything that was committed before is known. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

interface FacilitiesInMemoryOptions {
  readonly db: Pick<Database, 'pipeline'>;
  /**
   * Receives notifications of changes; without it, changes are only found by checks at intervals.
   */
  readonly listener?: Pick<Listener, 'on'>;
  readonly log: Logger;
  readonly checkEveryMs?: number;
}

/** Interval of checks: a lost notification costs at most this. */
const CHECK_EVERY_MS = 5_000;
const LOAD_AT_ONCE = 5_000;

/** Loads all facilities and follows them. Rejects when they cannot be loaded at all. */
export async function openFacilitiesInMemory(
  options: FacilitiesInMemoryOptions,
): Promise<FacilitiesInMemory> {
  const { db, listener, log } = options;
  const index = createFacilityIndex();
  let seen = 0n;

  async function load(): Promise<void> {
    for (;;) {
      const changes = await facilitiesChangedAfter(db.pipeline, seen, LOAD_AT_ONCE);
      for (const { id, facility, changed } of changes) {
        if (facility === null) index.delete(id);
        else index.set(facility);
        seen = changed;
      }
      if (changes.length < LOAD_AT_ONCE) return;
    }
  }

  const loop = await openLoop({
    run: load,
    everyMs: options.checkEveryMs ?? CHECK_EVERY_MS,
    wokenBy: listener && { listener, channel: FACILITIES_CHANNEL },
    timers: unheldTimers,
    onFailure: (err) => log.debug({ err }, 'facilities could not be read'),
  });
  return {
    facilityOf: (tenant, place) => resolveFacility(place, tenant, index),
    get size() {
      return index.size;
    },
    refresh: () => loop.now(),
    close: () => loop.stop(),
  };
}
