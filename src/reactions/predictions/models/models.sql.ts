import type { Queryable } from '../../../platform/database.ts';

/** Told when another model, or another state of it, is in force; there is no payload. */
export const MODELS_CHANNEL = 'waybill_edd_models';

/** Which state of which version is in force. */
export interface ModelMark {
  readonly version: number;
  /** SHA-256 of the state, in hex; null when there is no state. */
  readonly digest: string | null;
}

/** Cheap: the state itself stays where it is. */
export async function activeMark(db: Queryable): Promise<ModelMark | null> {
  const { rows } = await db.query<ModelMark>({
    name: 'edd_model_mark',
    text: `select version, encode(digest, 'hex') as digest from edd_models where fate = 'active'`,
  });
  return rows[0] ?? null;
}

/** A model as it is kept. */
export interface StoredState {
  readonly version: number;
  /** gzip of JSON; null: dropped by age. */
  readonly state: Buffer | null;
  readonly digest: Buffer | null;
}

/** The model in force; null while there is none. */
export async function activeState(db: Queryable): Promise<StoredState | null> {
  const { rows } = await db.query<StoredState>(
    `select version, state, digest from edd_models where fate = 'active'`,
  );
  return rows[0] ?? null;
}
