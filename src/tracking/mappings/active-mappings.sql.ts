import type { Queryable } from '../../platform/database/database.ts';
import { queryRow, queryRows } from '../../platform/database/query-rows.ts';

/** The channel that announces switches and changed overlays, without a payload. */
export const MAPPINGS_CHANNEL = 'waybill_mappings';

/** A carrier's row in `active_mappings`. */
export interface ActiveRow {
  readonly carrier: string;
  readonly version: string;
  readonly filesVersion: string;
  readonly overlayGeneration: number;
  readonly generation: number;
  readonly previousVersion: string | null;
  readonly chosen: boolean;
  /** Counts changes of all overlays of the carrier. */
  readonly overlaysGeneration: number;
  readonly activatedAtMs: number;
  readonly activatedBy: string;
  readonly why: string;
}

const COLUMNS = `carrier, version, files_version, overlay_generation::float8 as overlay_generation,
  generation::float8 as generation, previous_version, chosen,
  overlays_generation::float8 as overlays_generation, activated_at, activated_by, why`;

/**
 * Returns every carrier's row. Every process reads them twice a second; there are as many rows as
 * carriers.
 */
export async function activeRows(db: Queryable): Promise<ActiveRow[]> {
  return queryRows<ActiveRow>(db, `select ${COLUMNS} from active_mappings`);
}

/** Returns a carrier's row. With `lock`, it stays locked until the transaction ends. */
export async function activeRow(
  db: Queryable,
  carrier: string,
  lock = false,
): Promise<ActiveRow | null> {
  const text = `select ${COLUMNS} from active_mappings where carrier = $1`;
  return queryRow<ActiveRow>(db, `${text}${lock ? ' for update' : ''}`, [carrier]);
}

/** The version to activate. */
interface Switch {
  readonly carrier: string;
  readonly version: string;
  readonly filesVersion: string;
  readonly overlayGeneration: number;
  readonly chosen: boolean;
  readonly by: string;
  readonly why: string;
  readonly atMs: number;
}

/**
 * The only way to activate a version. It succeeds only if `generation` is still active (0:
 * nothing), so of several concurrent switches one succeeds and the others retry. Returns null if
 * another was faster. The transaction must stay this short, because others wait for the row.
 */
export async function switchActive(
  tx: Queryable,
  next: Switch,
  generation: number,
): Promise<ActiveRow | null> {
  const values = [
    next.carrier,
    next.version,
    next.filesVersion,
    next.overlayGeneration,
    next.chosen,
    next.atMs,
    next.by,
    next.why,
  ];
  const row = await queryRow<ActiveRow>(
    tx,
    generation === 0
      ? `insert into active_mappings (carrier, version, files_version, overlay_generation, chosen,
                                      activated_at, activated_by, why, generation)
         values ($1, $2, $3, $4, $5, to_timestamp($6 / 1000.0), $7, $8, 1)
         on conflict do nothing returning ${COLUMNS}`
      : `update active_mappings
         set version = $2, files_version = $3, overlay_generation = $4, chosen = $5,
             activated_at = to_timestamp($6 / 1000.0), activated_by = $7, why = $8,
             generation = generation + 1,
             previous_version = case when version = $2 then previous_version else version end
         where carrier = $1 and generation = $9 returning ${COLUMNS}`,
    generation === 0 ? values : [...values, generation],
  );
  if (row === null) return null;
  await tx.query(
    `insert into mapping_activations (carrier, generation, version, files_version,
                                      overlay_generation, activated_at, activated_by, why)
     values ($1, $2, $3, $4, $5, to_timestamp($6 / 1000.0), $7, $8)`,
    [
      next.carrier,
      row.generation,
      next.version,
      next.filesVersion,
      next.overlayGeneration,
      next.atMs,
      next.by,
      next.why,
    ],
  );
  await announceMappings(tx);
  return row;
}

/** Announces at the commit that an active version or an overlay has changed. */
export async function announceMappings(tx: Queryable): Promise<void> {
  await tx.query('select pg_notify($1, $2)', [MAPPINGS_CHANNEL, '']);
}

export interface Activation {
  readonly generation: number;
  readonly atMs: number;
}

/** Returns when a version made of these files was last activated; null if it never was. */
export async function lastActivationOfFiles(
  db: Queryable,
  carrier: string,
  filesVersion: string,
): Promise<Activation | null> {
  return queryRow<Activation>(
    db,
    `select generation::float8 as generation, activated_at as at from mapping_activations
     where carrier = $1 and files_version = $2
     order by mapping_activations.generation desc limit 1`,
    [carrier, filesVersion],
  );
}

/** Returns the parts of a version when it was last active; null if it never was. */
export async function partsOfVersion(
  db: Queryable,
  carrier: string,
  version: string,
): Promise<{ filesVersion: string; overlayGeneration: number } | null> {
  return queryRow<{ filesVersion: string; overlayGeneration: number }>(
    db,
    `select files_version, overlay_generation::float8 as overlay_generation
     from mapping_activations
     where carrier = $1 and version = $2 order by generation desc limit 1`,
    [carrier, version],
  );
}
