import { Counter, type Registry } from 'prom-client';
import type { Mode, Tenant } from '../../kernel/tenant.ts';
import { type Database, type Queryable, withTenant } from '../../platform/database/database.ts';
import type { ObjectReading } from '../../platform/objects/object-store.ts';
import {
  type Drop,
  type DropCounts,
  type DropState,
  folderOf,
  REASON_SUFFIX,
  REJECTED_SUFFIX,
} from './drop.ts';
import type { DropPlace, MerchantFolders } from './drop-place.ts';
import { deleteDrops, dropsEndedBefore } from './drops.sql.ts';
import { type DropRow, dropCounts, dropRow, dropRows } from './drops-read.sql.ts';

interface DropFilter {
  readonly state: DropState | null;
  /** The folder of the files, with `/` at the end; absent: any. */
  readonly under?: string;
  /** The id of the last one already read; null starts at the newest. */
  readonly before: string | null;
  readonly limit: number;
}

/** A drop in a list for operators, with its merchant's slug. */
export type OperatorsDrop = Drop & { readonly merchant: string };

/** Dropped files, for the API and the console. */
export interface Drops {
  /** Whether this hub reads a folder or bucket. */
  readonly isConfigured: boolean;
  /** Returns the tenant's drops, newest first. */
  list(tenant: Tenant, filter: DropFilter): Promise<Drop[]>;
  /** Returns the tenant's folder in each place where files can be dropped; empty: in none. */
  foldersOf(tenant: Tenant): Promise<readonly DropFolder[]>;
  /** Returns a drop; null if the tenant has none with that id. */
  find(tenant: Tenant, id: string): Promise<Drop | null>;
  /** Returns a drop of any tenant, for operators; null if there is none. */
  findAny(id: string): Promise<Drop | null>;
  /** Returns the drops of all merchants, newest first. */
  everybodys(filter: DropFilter): Promise<OperatorsDrop[]>;
  /** Counts the drops of all merchants; states without drops are missing. */
  everybodysCounts(): Promise<ReadonlyMap<DropState, number>>;
  /**
   * Returns the file with its rejected rows, which is stored next to it. Null if none were
   * rejected, it is not done, or this process cannot reach the place.
   */
  rejected(drop: Drop): Promise<(ObjectReading & { readonly fileName: string }) | null>;
}

export interface DropFolder {
  /** The name of the place, such as `folder /srv/drops`. */
  readonly place: string;
  /** With `/` at the end. */
  readonly folder: string;
}

interface DropsDeps {
  readonly db: Pick<Database, 'pipeline' | 'app'>;
  readonly places: readonly DropPlace[];
  readonly merchants: MerchantFolders;
}

export function createDrops({ db, places, merchants }: DropsDeps): Drops {
  return {
    isConfigured: places.length > 0,
    list: (tenant, filter) =>
      withTenant(db.app, tenant, async (tx) => (await dropRows(tx, filter)).map(readDrop)),
    async foldersOf(tenant) {
      const folder = await merchants.folderOf(tenant);
      return folder === null ? [] : places.map(({ store }) => ({ place: store.name, folder }));
    },
    async find(tenant, id) {
      const row = await withTenant(db.app, tenant, (tx) => dropRow(tx, id));
      return row === null ? null : readDrop(row);
    },
    async findAny(id) {
      const row = await dropRow(db.pipeline, id);
      return row === null ? null : readDrop(row);
    },
    async everybodys(filter) {
      const rows = await dropRows(db.pipeline, filter);
      return rows.map((row) => ({ ...readDrop(row), merchant: row.merchant }));
    },
    async everybodysCounts() {
      const counts = await dropCounts(db.pipeline);
      return new Map(counts.map(({ state, count }) => [state, count]));
    },
    async rejected(drop) {
      const folder = await merchants.folderOf(drop.tenant);
      if (folder === null || drop.filedAs === null || drop.rejected === 0) return null;
      const key = `${folder}${drop.filedAs}${REJECTED_SUFFIX}`;
      const place = places.find(({ store }) => store.name === drop.place);
      const found = (await place?.store.read(key)) ?? null;
      return found === null ? null : { ...found, fileName: key.slice(key.lastIndexOf('/') + 1) };
    },
  };
}

function readDrop(row: DropRow): Drop {
  const ended = row.state === 'done' || row.state === 'quarantined';
  return {
    id: row.id,
    tenant: { merchantId: row.merchantId, mode: row.mode as Mode },
    place: row.place,
    name: row.name,
    state: row.state,
    sizeBytes: row.sizeBytes,
    readBytes: row.readBytes,
    sameAs: row.sameAs,
    facilityCode: row.facilityCode,
    rows: row.rows,
    accepted: row.accepted,
    duplicates: row.duplicates,
    rejected: row.rejected,
    problem: row.problem,
    ignoredColumns: row.ignoredColumns ?? [],
    filedAs: ended && row.filedName !== null ? `${folderOf(row)}/${row.filedName}` : null,
    observedAtMs: row.observedAtMs,
    startedAtMs: row.startedAtMs,
    finishedAtMs: row.finishedAtMs,
  };
}

/** Counts the rows of files from the drop folder by outcome, once stored. */
export function dropRowCounter(registry: Registry): (counts: DropCounts) => void {
  const counter = new Counter({
    name: 'waybill_drops_rows_total',
    help: 'Rows of files from drop folders by outcome: accepted, duplicate or rejected.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return ({ accepted, duplicates, rejected }) => {
    for (const [outcome, count] of Object.entries({ accepted, duplicate: duplicates, rejected })) {
      if (count > 0) counter.inc({ outcome }, count);
    }
  };
}

/**
 * Removes at most `limit` drops that ended before `beforeMs`, with their filed files: scans name
 * people, and are retained no longer there than in the hub. Drops at a place this process cannot
 * reach stay. Returns how many were removed.
 */
export async function dropOldDrops(
  db: Queryable,
  { places, merchants }: { places: readonly DropPlace[]; merchants: MerchantFolders },
  beforeMs: number,
  limit: number,
): Promise<number> {
  const names = places.map(({ store }) => store.name);
  const old = await dropsEndedBefore(db, names, beforeMs, limit);
  for (const drop of old) {
    const store = places.find((place) => place.store.name === drop.place)?.store;
    const folder = await merchants.folderOf(drop.tenant);
    if (store === undefined || folder === null || drop.filedName === null) continue;
    const key = `${folder}${folderOf(drop)}/${drop.filedName}`;
    for (const suffix of ['', REJECTED_SUFFIX, REASON_SUFFIX]) await store.remove(key + suffix);
  }
  await deleteDrops(
    db,
    old.map(({ id }) => id),
  );
  return old.length;
}
