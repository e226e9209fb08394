import type { Queryable } from '../../../platform/database/database.ts';
import { queryRow, queryRows, queryValue } from '../../../platform/database/query-rows.ts';

/**
 * The channel on which it is announced that another model, or another state of it, is active. There
 * is no payload.
 */
export const MODELS_CHANNEL = 'waybill_edd_models';

/** Which state of which version is active. */
export interface ModelMark {
  readonly version: number;
  /** SHA-256 of the state, in hex; null when there is no state. */
  readonly digest: string | null;
}

/** Which state is active. It is cheap, because the state itself is not read. */
export async function activeMark(db: Queryable): Promise<ModelMark | null> {
  return queryRow<ModelMark>(db, {
    name: 'edd_model_mark',
    text: `select version, encode(digest, 'hex') as digest from edd_models where fate = 'active'`,
  });
}

/** A stored model. */
export interface StoredState {
  readonly version: number;
  /** The state, gzip of JSON; null: it was dropped by age. */
  readonly state: Buffer | null;
  readonly digest: Buffer | null;
}

/** The active model; null while there is none. */
export async function activeState(db: Queryable): Promise<StoredState | null> {
  return queryRow<StoredState>(
    db,
    `select version, state, digest from edd_models where fate = 'active'`,
  );
}

/** The outcome of a model. */
export type ModelFate = 'active' | 'retired' | 'refused';

/**
 * Locks switches of models until the transaction ends. False: another model, or another state of
 * it, was activated meanwhile.
 */
export async function lockModels(tx: Queryable, mark: ModelMark | null): Promise<boolean> {
  await tx.query('select pg_advisory_xact_lock($1, 0)', [SWITCH_LOCK_CLASS]);
  const now = await activeMark(tx);
  return now?.version === mark?.version && now?.digest === mark?.digest;
}

/** The class of the lock that serializes switches, even while there is no row to lock. */
const SWITCH_LOCK_CLASS = 0x5742_001a;

interface NewModel {
  readonly fate: ModelFate;
  readonly why: string;
  readonly card: object;
  readonly duel: object | null;
  readonly state: Uint8Array | null;
  readonly digest: Uint8Array | null;
  readonly atMs: number;
}

/**
 * Inserts a model and returns its version. An active one replaces the previous one, in the same
 * transaction.
 */
export async function insertModel(tx: Queryable, model: NewModel): Promise<number> {
  return (
    (await queryValue<number>(
      tx,
      `insert into edd_models (made_at, fate, why, card, duel, state, digest, state_at, decided_at)
     values (to_timestamp($1 / 1000.0), $2, $3, $4, $5, $6, $7, to_timestamp($1 / 1000.0),
             to_timestamp($1 / 1000.0))
     returning version`,
      [
        model.atMs,
        model.fate,
        model.why,
        JSON.stringify(model.card),
        model.duel === null ? null : JSON.stringify(model.duel),
        model.state === null ? null : Buffer.from(model.state),
        model.digest === null ? null : Buffer.from(model.digest),
      ],
    )) ?? 0
  );
}

/** Retires the active model, if any; returns its version, or null. */
export function retireActive(tx: Queryable, why: string, atMs: number): Promise<number | null> {
  return queryValue<number>(
    tx,
    `update edd_models set fate = 'retired', why = $1, decided_at = to_timestamp($2 / 1000.0)
     where fate = 'active' returning version`,
    [why, atMs],
  );
}

/** Marks a version as the active model. Call `retireActive` before. */
export async function activate(
  tx: Queryable,
  version: number,
  why: string,
  atMs: number,
): Promise<void> {
  await tx.query(
    `update edd_models set fate = 'active', why = $2, decided_at = to_timestamp($3 / 1000.0)
     where version = $1`,
    [version, why, atMs],
  );
}

/** Replaces the state of a model by a newer one of the same version. */
export async function replaceState(
  tx: Queryable,
  version: number,
  next: {
    readonly card: object;
    readonly state: Uint8Array;
    readonly digest: Uint8Array;
    readonly atMs: number;
  },
): Promise<void> {
  await tx.query(
    `update edd_models
     set card = $2, state = $3, digest = $4, state_at = to_timestamp($5 / 1000.0)
     where version = $1`,
    [
      version,
      JSON.stringify(next.card),
      Buffer.from(next.state),
      Buffer.from(next.digest),
      next.atMs,
    ],
  );
}

/** Drops the states of all but the newest models that were active; their figures stay. */
export async function dropOldStates(tx: Queryable, count: number): Promise<void> {
  await tx.query(
    `update edd_models set state = null, digest = null
     where state is not null and fate <> 'active' and version not in (
       select version from edd_models where state is not null
       order by fate = 'active' desc, decided_at desc, version desc limit $1)`,
    [count],
  );
}

/** Notifies all processes when the transaction commits. */
export async function announceModels(tx: Queryable): Promise<void> {
  await tx.query('select pg_notify($1, $2)', [MODELS_CHANNEL, '']);
}

/** A model in the list. */
export interface ModelRow {
  readonly version: number;
  readonly madeAtMs: number;
  readonly decidedAtMs: number;
  /** The time of the latest events in its statistics and calibration. */
  readonly stateAtMs: number;
  readonly fate: ModelFate;
  readonly why: string;
  readonly card: unknown;
  readonly duel: unknown;
  /**
   * `dropped`: only its figures are left. `damaged`: its bytes have changed since they were stored.
   */
  readonly state: 'kept' | 'dropped' | 'damaged';
}

const MODEL_COLUMNS = `
  version, fate, why, card, duel,
  extract(epoch from made_at)::float8 * 1000 as "madeAtMs",
  extract(epoch from decided_at)::float8 * 1000 as "decidedAtMs",
  extract(epoch from state_at)::float8 * 1000 as "stateAtMs",
  case when state is null then 'dropped' when sha256(state) is distinct from digest then 'damaged'
       else 'kept' end as state`;

/** Lists models, newest first. */
export async function listedModels(db: Queryable, limit: number): Promise<readonly ModelRow[]> {
  return queryRows<ModelRow>(
    db,
    `select ${MODEL_COLUMNS} from edd_models order by version desc limit $1`,
    [limit],
  );
}

/** Returns a model by its version; null when there is none with that number. */
export async function modelRow(db: Queryable, version: number): Promise<ModelRow | null> {
  return queryRow<ModelRow>(db, `select ${MODEL_COLUMNS} from edd_models where version = $1`, [
    version,
  ]);
}

/** The active model as it is listed. */
export async function activeRow(db: Queryable): Promise<ModelRow | null> {
  return queryRow<ModelRow>(db, `select ${MODEL_COLUMNS} from edd_models where fate = 'active'`);
}

/** The target of a rollback without a version: the last active model that still has a state. */
export async function lastRetired(db: Queryable): Promise<ModelRow | null> {
  return queryRow<ModelRow>(
    db,
    `select ${MODEL_COLUMNS} from edd_models where fate = 'retired' and state is not null
     order by decided_at desc, version desc limit 1`,
  );
}

/**
 * When the newest model was made, and the time of the latest events in the active one; null: there
 * is none.
 */
export async function lastLearned(
  db: Queryable,
): Promise<{ readonly madeMs: number | null; readonly stateMs: number | null }> {
  const rows = await queryRows<{ madeMs: number | null; stateMs: number | null }>(
    db,
    `select extract(epoch from max(made_at))::float8 * 1000 as "madeMs",
            extract(epoch from max(state_at) filter (where fate = 'active'))::float8 * 1000
              as "stateMs"
     from edd_models`,
  );
  return rows[0] ?? { madeMs: null, stateMs: null };
}
