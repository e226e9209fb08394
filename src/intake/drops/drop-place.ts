import type { Tenant } from '../../kernel/tenant.ts';
import { visibleMerchants } from '../../merchants/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Queryable } from '../../platform/database/database.ts';
import type { ObjectStore } from '../../platform/objects/object-store.ts';

/**
 * Where files are dropped: `<merchant slug>/<live|test>/` in a folder or below a prefix in a
 * bucket.
 */
export interface DropPlace {
  readonly store: ObjectStore;
  /** The interval of checks; a bucket's listings are paid for. */
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
