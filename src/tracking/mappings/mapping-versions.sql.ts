import { contentOf, type Mapping } from '../../normalization/index.ts';
import type { Queryable } from '../../platform/database/database.ts';
import {
  queryColumn,
  queryRows,
  queryValue,
  type Row,
} from '../../platform/database/query-rows.ts';
import type { StoredVersion, VersionOrigin } from './active-mappings.ts';

export interface NewVersion {
  readonly mapping: Mapping;
  readonly origin: VersionOrigin;
  readonly baseVersion: string | null;
  /** The merchant whose rules are part of it. */
  readonly merchantId?: string;
}

/**
 * Versions retained per merchant and carrier, the newest ones: each has some hundred kilobytes and
 * is needed to name the rule that read a fact. Older readings stay as stored, without the rule's
 * name.
 */
const OF_MERCHANT_MAX = 20;

/**
 * Stores versions. Existing content is not overwritten, because the hash identifies the content. A
 * version that more than one merchant uses belongs to none of them from then on.
 */
export async function insertVersions(
  db: Queryable,
  versions: readonly NewVersion[],
  nowMs: number,
): Promise<void> {
  for (const { mapping, origin, baseVersion, merchantId = null } of versions) {
    const key = [mapping.carrier.name, mapping.version];
    // Checked first: a content is some hundred kilobytes, and nearly always already stored.
    const rows = await queryRows<{ origin: VersionOrigin; merchantId: string | null }>(
      db,
      'select origin, merchant_id from mapping_versions where carrier = $1 and version = $2',
      key,
    );
    const known = rows[0];
    if (known !== undefined) {
      if (known.origin === 'merchant' && origin !== 'merchant') {
        await db.query(
          `update mapping_versions set origin = $3, base_version = $4, merchant_id = null
           where carrier = $1 and version = $2`,
          [...key, origin, baseVersion],
        );
      } else if (known.merchantId !== null && known.merchantId !== merchantId) {
        await db.query(
          'update mapping_versions set merchant_id = null where carrier = $1 and version = $2',
          key,
        );
      }
      continue;
    }
    await db.query(
      `insert into mapping_versions (carrier, version, content, rules, origin, base_version,
                                     stored_at, merchant_id)
       select $1, $2, $3, $4, $5, $6, to_timestamp($7 / 1000.0), $8::uuid
       where $8::uuid is null or exists (select from merchants where id = $8::uuid)
       on conflict do nothing`,
      [
        ...key,
        JSON.stringify(contentOf(mapping)),
        mapping.rules.length,
        origin,
        baseVersion,
        nowMs,
        merchantId,
      ],
    );
    if (merchantId !== null) await pruneOfMerchant(db, mapping.carrier.name, merchantId);
  }
}

/** Removes a merchant's oldest versions. One that a comparison still waits for stays. */
async function pruneOfMerchant(db: Queryable, carrier: string, merchantId: string): Promise<void> {
  await db.query(
    `delete from mapping_versions v
     where v.carrier = $1 and v.version in (
         select version from mapping_versions
         where carrier = $1 and merchant_id = $2 and origin = 'merchant'
         order by stored_at desc, version offset $3)
       and not exists (select from mapping_jobs j
                       where j.carrier = $1 and j.state in ('waiting', 'running')
                         and v.version in (j.from_version, j.to_version))`,
    [carrier, merchantId, OF_MERCHANT_MAX],
  );
}

/** Returns the origin of a version; null if it is not stored. */
export function originOfVersion(
  db: Queryable,
  carrier: string,
  version: string,
): Promise<VersionOrigin | null> {
  return queryValue<VersionOrigin>(
    db,
    'select origin from mapping_versions where carrier = $1 and version = $2',
    [carrier, version],
  );
}

/** Returns the content of a version; null when there is none. */
export function versionContent(db: Queryable, carrier: string, version: string): Promise<unknown> {
  return queryValue<unknown>(
    db,
    'select content from mapping_versions where carrier = $1 and version = $2',
    [carrier, version],
  );
}

/**
 * Returns versions with this prefix, two at most, because more than one is already ambiguous.
 * Versions are hexadecimal, so `g` sorts after every continuation of the prefix.
 */
export function versionsWithPrefix(
  db: Queryable,
  carrier: string,
  prefix: string,
): Promise<string[]> {
  return queryColumn<string>(
    db,
    `select version from mapping_versions
     where carrier = $1 and version >= $2 and version < $2 || 'g' limit 2`,
    [carrier, prefix],
  );
}

/** Lists versions after the version `after`, newest first, without merchants' versions. */
export async function listVersions(
  db: Queryable,
  carrier: string,
  limit: number,
  after: string | null = null,
): Promise<StoredVersion[]> {
  return queryRows<
    Row<'mapping_versions', 'version' | 'rules' | 'baseVersion' | 'storedAtMs'> & {
      origin: VersionOrigin;
      activatedAtMs: number | null;
      activatedBy: string | null;
    }
  >(
    db,
    `select v.version, v.rules, v.origin, v.base_version, v.stored_at, a.activated_at,
            a.activated_by
     from mapping_versions v
     left join lateral (select activated_at, activated_by from mapping_activations
                        where carrier = v.carrier and version = v.version
                        order by generation desc limit 1) a on true
     left join mapping_versions p on p.carrier = v.carrier and p.version = $3
     where v.carrier = $1 and v.origin <> 'merchant'
       and ($3::text is null or v.stored_at < p.stored_at
            or (v.stored_at = p.stored_at and v.version > p.version))
     order by v.stored_at desc, v.version limit $2`,
    [carrier, limit, after],
  );
}
