import { type Mapping, mappingFrom } from '../../normalization/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Queryable } from '../../platform/database/database.ts';
import type { Logger } from '../../platform/observability/log.ts';
import {
  insertVersions,
  type NewVersion,
  versionContent,
  versionsWithPrefix,
} from './mapping-versions.sql.ts';

/** Stores every mapping that was ever active, by the hash of its content. */
export interface VersionStore {
  /** Stores versions that are not stored yet. */
  keep(versions: readonly NewVersion[]): Promise<void>;
  /**
   * Returns a version by hash or prefix; null if there is none, several have this prefix, or this
   * release cannot read it.
   */
  load(carrier: string, version: string): Promise<Mapping | null>;
  /** Returns the full hash for a prefix; null if there is none, or several. */
  resolve(carrier: string, version: string): Promise<string | null>;
}

interface VersionStoreDeps {
  readonly db: Queryable;
  readonly clock: Clock;
  readonly log: Logger;
  /** Returns mappings that are already in memory. */
  readonly atHand: (carrier: string) => readonly Mapping[];
}

const HASH = /^[0-9a-f]{64}$/;
/** Six digits distinguish sixteen million versions; fewer are a typing error. */
const PREFIX = /^[0-9a-f]{6,63}$/;
/**
 * Limit of versions in memory, of about a megabyte each: comparisons and explanations mostly need
 * the last few.
 */
const HELD_MAX = 24;

/**
 * Creates the store of mapping versions. Versions that were loaded are cached; those in use are
 * taken from `atHand`.
 */
export function createVersionStore({ db, clock, log, atHand }: VersionStoreDeps): VersionStore {
  const held = new Map<string, Mapping>();

  const resolve = async (carrier: string, version: string): Promise<string | null> => {
    if (HASH.test(version)) return version;
    if (!PREFIX.test(version)) return null;
    const found = await versionsWithPrefix(db, carrier, version);
    return found.length === 1 ? (found[0] ?? null) : null;
  };

  const read = async (carrier: string, version: string): Promise<Mapping | null> => {
    const content = await versionContent(db, carrier, version);
    if (content === null) return null;
    const mapping = mappingFrom(content);
    if (mapping?.version === version && mapping.carrier.name === carrier) return mapping;
    log.error({ carrier, version }, 'a stored mapping version cannot be read');
    return null;
  };

  return {
    resolve,
    keep: (versions) => insertVersions(db, versions, clock.nowMs()),
    async load(carrier, wanted) {
      const version = await resolve(carrier, wanted);
      if (version === null) return null;
      const known =
        atHand(carrier).find((mapping) => mapping.version === version) ??
        held.get(`${carrier} ${version}`);
      const mapping = known ?? (await read(carrier, version));
      if (mapping === null) return null;
      held.delete(`${carrier} ${version}`);
      held.set(`${carrier} ${version}`, mapping);
      for (const oldest of held.keys()) {
        if (held.size <= HELD_MAX) break;
        held.delete(oldest);
      }
      return mapping;
    },
  };
}
