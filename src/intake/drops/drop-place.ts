import { randomBytes } from 'node:crypto';
import { MODES, type Tenant } from '../../kernel/tenant.ts';
import { visibleMerchants } from '../../merchants/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { type ObjectStore, readAll } from '../../platform/objects/object-store.ts';
import { COLUMNS_FILE, readColumnsFile } from './reading/columns-file.ts';

/**
 * Where files are dropped: `<merchant slug>/<live|test>/` in a folder or below a prefix in a bucket,
 * and `shops/<shop id>/` in there for orders.
 */
export interface DropPlace {
  readonly store: ObjectStore;
  /** The interval of checks; listing a bucket costs money. */
  readonly checkEveryMs: number;
  /** Whether somebody may still write to a file that was moved. */
  readonly filesGrow: boolean;
}

export const FOLDER_PLACE = { checkEveryMs: 1_000, filesGrow: true };
export const BUCKET_PLACE = { checkEveryMs: 5_000, filesGrow: false };

/** Merchants by the names of their folders. */
export interface MerchantFolders {
  /** Returns the merchant of a folder; null if there is none. */
  idOf(slug: string): Promise<string | null>;
  /**
   * Returns the folder of a tenant's files, with `/` at the end; null if the merchant no longer
   * exists.
   */
  folderOf(tenant: Tenant): Promise<string | null>;
}

/**
 * How long merchants are cached: they are seldom created, and the folder of a new one is found
 * after this.
 */
const KNOWN_MS = 10_000;

export function createMerchantFolders(db: Queryable, clock: Clock): MerchantFolders {
  let known: {
    readonly atMs: number;
    readonly slugs: Promise<ReadonlyMap<string, string>>;
  } | null = null;
  async function load(): Promise<ReadonlyMap<string, string>> {
    const merchants = await visibleMerchants(db);
    return new Map(merchants.map(({ id, slug }) => [slug, id]));
  }
  function slugs(): Promise<ReadonlyMap<string, string>> {
    const nowMs = clock.nowMs();
    if (known === null || nowMs - known.atMs >= KNOWN_MS) {
      const loading = load();
      known = { atMs: nowMs, slugs: loading };
      loading.catch(() => {
        known = null;
      });
    }
    return known.slugs;
  }
  return {
    idOf: async (slug) => (await slugs()).get(slug) ?? null,
    async folderOf({ merchantId, mode }) {
      for (const [slug, id] of await slugs()) if (id === merchantId) return `${slug}/${mode}/`;
      return null;
    },
  };
}

/** What is wrong with a place for dropped files, and how to fix it. */
interface PlaceFault {
  readonly found: string;
  readonly fix: string;
}

const COLUMNS_BYTES_MAX = 65_536;

/**
 * Checks a place for `waybill doctor`: whether files can be written, moved and removed, whether
 * each folder is a merchant's, and whether its columns.yaml can be read. Rejects if the store
 * cannot be reached.
 *
 * @param slugs of the merchants; null if they are not known.
 */
export async function checkDropPlace(
  store: ObjectStore,
  slugs: ReadonlySet<string> | null,
): Promise<readonly PlaceFault[]> {
  const faults: PlaceFault[] = [];
  await tryWriting(store);
  for await (const found of store.browse('')) {
    if (!('folder' in found)) continue;
    const slug = found.folder;
    if (slugs !== null && !slugs.has(slug)) {
      faults.push({
        found: `${store.name}: the folder ${slug} is no merchant's, so nobody reads its files`,
        fix: `Name it for a merchant: ${[...slugs].sort().slice(0, 10).join(', ')}.`,
      });
      continue;
    }
    for await (const inner of store.browse(`${slug}/`)) {
      if (!('folder' in inner)) continue;
      if (MODES.some((mode) => mode === inner.folder)) {
        const fault = await checkColumnsFile(store, `${slug}/${inner.folder}/${COLUMNS_FILE}`);
        if (fault !== null) faults.push(fault);
      } else {
        faults.push({
          found: `${store.name}: ${slug}/${inner.folder} is neither live nor test, so nobody reads its files`,
          fix: `Move its files to ${slug}/live or ${slug}/test.`,
        });
      }
    }
  }
  return faults;
}

/**
 * Writes, moves and removes a file. Its name starts with `_`, which no merchant's name may, so it is
 * not taken for a merchant's folder.
 */
async function tryWriting(store: ObjectStore): Promise<void> {
  const key = `_doctor-${randomBytes(8).toString('hex')}`;
  await store.put(key, Buffer.from('written by waybill doctor'));
  await store.move(key, `${key}-moved`);
  await store.remove(`${key}-moved`);
}

/** Reads a `columns.yaml`; returns null if it is valid or missing, otherwise what is wrong. */
async function checkColumnsFile(store: ObjectStore, key: string): Promise<PlaceFault | null> {
  const found = await store.read(key);
  if (found === null) return null;
  try {
    readColumnsFile((await readAll(found.stream, COLUMNS_BYTES_MAX)).toString('utf8'), key);
    return null;
  } catch (error) {
    return {
      found: `${store.name}: ${(error as Error).message}`,
      fix: 'Correct it; the files in its folder wait until then.',
    };
  }
}
