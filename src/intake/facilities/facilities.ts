import { isUuid, uuidV7 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Clock, RandomBytes } from '../../platform/clock.ts';
import {
  type Database,
  type Queryable,
  type Transaction,
  withTenant,
  withTransaction,
} from '../../platform/database/database.ts';
import {
  announceFacilities,
  dropFacility,
  type FacilityFilter,
  type FacilityPage,
  facilityByCode,
  facilityCount,
  lockFacilities,
  ownFacilities,
  ownFacility,
  sharedFacilities,
  sharedFacility,
  updateFacility,
  upsertFacilities,
  type WrittenFacility,
} from './facilities.sql.ts';
import { type Facility, type FacilityDetails, matchKey } from './facility.ts';

/** The owner of a facility: a tenant, or (null) the hub. */
type FacilityOwner = Tenant | null;

type CreateFacility =
  | { readonly kind: 'created'; readonly facility: Facility }
  | { readonly kind: 'exists'; readonly id: string }
  | { readonly kind: 'full'; readonly max: number };

type PatchFacility =
  | { readonly kind: 'changed'; readonly facility: Facility }
  | { readonly kind: 'exists'; readonly id: string }
  /** It is the hub's, which no tenant may change. */
  | { readonly kind: 'shared' }
  | { readonly kind: 'absent' };

type ImportFacilities =
  | {
      readonly kind: 'imported';
      readonly created: number;
      readonly updated: number;
      readonly unchanged: number;
    }
  | { readonly kind: 'full'; readonly max: number };

/** The registry, as used to enter facilities. Its input has been checked. */
export interface Facilities {
  /** Returns the tenant's own facilities and the hub's, ordered by id; for null, the hub's only. */
  list(who: FacilityOwner, filter: FacilityFilter, page: FacilityPage): Promise<Facility[]>;
  find(who: FacilityOwner, id: string): Promise<Facility | null>;
  create(owner: FacilityOwner, details: FacilityDetails): Promise<CreateFacility>;
  /** Changes a facility. `decide` runs under the lock; if it throws, nothing changes. */
  patch(
    owner: Tenant,
    id: string,
    decide: (facility: Facility) => FacilityDetails,
  ): Promise<PatchFacility>;
  remove(owner: FacilityOwner, id: string): Promise<'removed' | 'shared' | 'absent'>;
  /**
   * Imports all facilities or none. With `dryRun` it stores none, and returns what the result would
   * be.
   */
  import(
    owner: FacilityOwner,
    all: readonly FacilityDetails[],
    how: { readonly dryRun: boolean },
  ): Promise<ImportFacilities>;
}

interface FacilitiesDeps {
  readonly db: Pick<Database, 'pipeline' | 'app'>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

/** Limits of facilities: every process has all of them in memory, at about a kilobyte each. */
export const SHARED_FACILITIES_MAX = 100_000;
export const OWN_FACILITIES_MAX = 10_000;
/** Facilities per statement. */
const UPSERT_AT_ONCE = 1_000;

export function createFacilities(deps: FacilitiesDeps): Facilities {
  const { db, clock } = deps;
  /** Runs work in the owner's role: a tenant under row-level security, the hub as the pipeline. */
  const asOwner = <T>(owner: FacilityOwner, work: (tx: Transaction) => Promise<T>) =>
    owner === null ? withTransaction(db.pipeline, work) : withTenant(db.app, owner, work);
  /** Runs work under the lock of the registry, and announces the change. */
  const underLock = <T>(owner: FacilityOwner, work: (tx: Transaction) => Promise<T>) =>
    asOwner(owner, async (tx) => {
      await lockFacilities(tx);
      const done = await work(tx);
      await announceFacilities(tx);
      return done;
    });
  const newId = () => uuidV7(clock.nowMs(), deps.randomBytes(10));

  async function find(who: FacilityOwner, id: string): Promise<Facility | null> {
    if (!isUuid(id)) return null;
    const own = who && (await withTenant(db.app, who, (tx) => ownFacility(tx, who, id)));
    return own ?? sharedFacility(db.pipeline, id);
  }

  return {
    find,
    async list(who, filter, page) {
      const [own, shared] = await Promise.all([
        who === null ? [] : withTenant(db.app, who, (tx) => ownFacilities(tx, who, filter, page)),
        sharedFacilities(db.pipeline, filter, page),
      ]);
      return [...own, ...shared].sort(byId).slice(0, page.limit);
    },
    create: (owner, details) =>
      underLock(owner, async (tx): Promise<CreateFacility> => {
        const known = await facilityByCode(tx, owner, details);
        // A learned facility is no reason to refuse: it becomes the entered one.
        if (known !== null && known.source !== 'learned') return { kind: 'exists', id: known.id };
        const max = maxOf(owner);
        if (known === null && (await facilityCount(tx, owner)) >= max) return { kind: 'full', max };
        const rows = [toWrittenFacility(newId(), details)];
        const [made] = await upsertFacilities(tx, owner, 'api', rows, clock.nowMs());
        if (made === undefined) throw new Error('a facility was neither added nor found');
        return { kind: 'created', facility: made.facility };
      }),
    async patch(owner, id, decide) {
      if (!isUuid(id)) return { kind: 'absent' };
      const done = await underLock(owner, async (tx): Promise<PatchFacility> => {
        const facility = await ownFacility(tx, owner, id);
        if (facility === null) return { kind: 'absent' };
        const details = decide(facility);
        const known = await facilityByCode(tx, owner, details);
        if (known !== null && known.id !== facility.id) return { kind: 'exists', id: known.id };
        const changed = await updateFacility(tx, facility.id, details, clock.nowMs());
        return changed === null ? { kind: 'absent' } : { kind: 'changed', facility: changed };
      });
      if (done.kind !== 'absent') return done;
      return (await sharedFacility(db.pipeline, id)) === null ? done : { kind: 'shared' };
    },
    async remove(owner, id) {
      if (!isUuid(id)) return 'absent';
      if (await underLock(owner, (tx) => dropFacility(tx, owner, id, clock.nowMs()))) {
        return 'removed';
      }
      const shared = owner === null ? null : await sharedFacility(db.pipeline, id);
      return shared === null ? 'absent' : 'shared';
    },
    async import(owner, all, { dryRun }) {
      try {
        return await underLock(owner, async (tx) => {
          // The ids have the order of the file, though all are made at the same moment.
          const ids = all.map(newId).sort();
          const rows = all.map((each, index) => toWrittenFacility(ids[index] ?? newId(), each));
          const done = await importAll(tx, owner, rows, clock);
          if (dryRun || done.kind === 'full') throw new NotStored(done);
          return done;
        });
      } catch (error) {
        if (error instanceof NotStored) return error.outcome;
        throw error;
      }
    },
  };
}

/** Thrown to roll a transaction back, with its result. */
class NotStored extends Error {
  override readonly name = 'NotStored';
  readonly outcome: ImportFacilities;
  constructor(outcome: ImportFacilities) {
    super('nothing was stored');
    this.outcome = outcome;
  }
}

async function importAll(
  tx: Queryable,
  owner: FacilityOwner,
  rows: readonly WrittenFacility[],
  clock: Clock,
): Promise<ImportFacilities> {
  let created = 0;
  let updated = 0;
  for (let at = 0; at < rows.length; at += UPSERT_AT_ONCE) {
    const some = rows.slice(at, at + UPSERT_AT_ONCE);
    for (const each of await upsertFacilities(tx, owner, 'csv', some, clock.nowMs())) {
      if (each.created) created += 1;
      else updated += 1;
    }
  }
  const max = maxOf(owner);
  if (created > 0 && (await facilityCount(tx, owner)) > max) return { kind: 'full', max };
  return { kind: 'imported', created, updated, unchanged: rows.length - created - updated };
}

function maxOf(owner: FacilityOwner): number {
  return owner === null ? SHARED_FACILITIES_MAX : OWN_FACILITIES_MAX;
}

function toWrittenFacility(id: string, details: FacilityDetails): WrittenFacility {
  // A spelling that equals the code or the name adds nothing.
  const known = new Set([matchKey(details.code), matchKey(details.name)]);
  const aliases = details.aliases.filter((alias) => !known.has(matchKey(alias)));
  const cleaned = { ...details, aliases: [...new Set(aliases)] };
  return {
    id,
    details: cleaned,
    certainty: 1,
    parcels: 0,
    firstSeenMs: null,
    lastSeenMs: null,
  };
}

function byId(a: Facility, b: Facility): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
