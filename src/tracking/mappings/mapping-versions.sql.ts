import { contentOf, type Mapping } from '../../normalization/index.ts';
import type { Queryable } from '../../platform/database.ts';
import type { StoredVersion, VersionOrigin } from './mappings-in-force.ts';

export interface NewVersion {
  readonly mapping: Mapping;
  readonly origin: VersionOrigin;
  readonly baseVersion: string | null;
}

/** Keeps versions; one that is there already stays as it is, because its hash says what it says. */
export async function insertVersions(
  db: Queryable,
  versions: readonly NewVersion[],
  nowMs: number,
): Promise<void> {
  for (const { mapping, origin, baseVersion } of versions) {
    const key = [mapping.carrier.name, mapping.version];
    // Asked for first: a content is some hundred kilobytes, and nearly always there already.
    const { rowCount } = await db.query(
      'select from mapping_versions where carrier = $1 and version = $2',
      key,
    );
    if (rowCount !== 0) continue;
    await db.query(
      `insert into mapping_versions (carrier, version, content, rules, origin, base_version,
                                     stored_at)
       values ($1, $2, $3, $4, $5, $6, to_timestamp($7 / 1000.0)) on conflict do nothing`,
      [
        ...key,
        JSON.stringify(contentOf(mapping)),
        mapping.rules.length,
        origin,
        baseVersion,
        nowMs,
      ],
    );
  }
}

/** The content of a version; undefined when there is none. */
export async function versionContent(
  db: Queryable,
  carrier: string,
  version: string,
): Promise<unknown> {
  const { rows } = await db.query<{ content: unknown }>(
    'select content from mapping_versions where carrier = $1 and version = $2',
    [carrier, version],
  );
  return rows[0]?.content;
}

/** Versions that begin so, two at most: more than one is ambiguous already. */
export async function versionsBeginning(
  db: Queryable,
  carrier: string,
  prefix: string,
): Promise<string[]> {
  const { rows } = await db.query<{ version: string }>(
    `select version from mapping_versions
     where carrier = $1 and version >= $2 and version < $2 || 'g' limit 2`,
    [carrier, prefix],
  );
  return rows.map(({ version }) => version);
}

/** Newest first. */
export async function listVersions(
  db: Queryable,
  carrier: string,
  limit: number,
): Promise<StoredVersion[]> {
  const { rows } = await db.query<{
    version: string;
    rules: number;
    origin: VersionOrigin;
    base_version: string | null;
    stored_at: Date;
    activated_at: Date | null;
    activated_by: string | null;
  }>(
    `select v.version, v.rules, v.origin, v.base_version, v.stored_at, a.activated_at,
            a.activated_by
     from mapping_versions v
     left join lateral (select activated_at, activated_by from mapping_activations
                        where carrier = v.carrier and version = v.version
                        order by generation desc limit 1) a on true
     where v.carrier = $1 order by v.stored_at desc, v.version limit $2`,
    [carrier, limit],
  );
  return rows.map((row) => ({
    version: row.version,
    rules: row.rules,
    origin: row.origin,
    baseVersion: row.base_version,
    storedAtMs: row.stored_at.getTime(),
    activatedAtMs: row.activated_at?.getTime() ?? null,
    activatedBy: row.activated_by,
  }));
}
