import type { Clock } from '../../../platform/clock.ts';
import { type Database, withTransaction } from '../../../platform/database/database.ts';
import {
  activate,
  activeMark,
  announceModels,
  lastRetired,
  lockModels,
  type ModelRow,
  modelRow,
  retireActive,
} from './models.sql.ts';

export type RollbackOutcome =
  | { readonly outcome: 'rolled_back'; readonly from: number | null; readonly to: number }
  | { readonly outcome: 'refused'; readonly why: RollbackRefusal };

/**
 * `none`: there is no older model to go back to. `unknown`: no such version. `active`: it is active
 * already. `lost`: it was refused, and never active. `dropped`: only its figures are stored.
 * `damaged`: its bytes have changed since they were stored. `conflict`: a concurrent switch was
 * first.
 */
export type RollbackRefusal =
  | 'none'
  | 'unknown'
  | 'active'
  | 'lost'
  | 'dropped'
  | 'damaged'
  | 'conflict';

/**
 * Reactivates an older model, in all processes within seconds. Its statistics are those of its last
 * day; the next refresh updates them.
 *
 * @param version null: the one that was active before.
 * @param by the actor shown in the list.
 */
export async function rollBack(
  { db, clock }: { readonly db: Pick<Database, 'pipeline'>; readonly clock: Clock },
  version: number | null,
  by: string,
): Promise<RollbackOutcome> {
  return withTransaction(db.pipeline, async (tx): Promise<RollbackOutcome> => {
    const mark = await activeMark(tx);
    if (!(await lockModels(tx, mark))) return { outcome: 'refused', why: 'conflict' };
    const target = await (version === null ? lastRetired(tx) : modelRow(tx, version));
    const why = refusal(target, version);
    if (why !== null || target === null) return { outcome: 'refused', why: why ?? 'none' };
    const to = target.version;
    const nowMs = clock.nowMs();
    const from = await retireActive(tx, `rolled back by ${by}, to version ${to}`, nowMs);
    const instead = from === null ? '' : `, replacing version ${from}`;
    await activate(tx, to, `reactivated by ${by}${instead}`, nowMs);
    await announceModels(tx);
    return { outcome: 'rolled_back', from, to };
  });
}

function refusal(target: ModelRow | null, version: number | null): RollbackRefusal | null {
  if (target === null) return version === null ? 'none' : 'unknown';
  if (target.fate === 'active') return 'active';
  if (target.fate === 'refused') return 'lost';
  return target.state === 'kept' ? null : target.state;
}

/** The messages for people, with what to do. */
export const ROLLBACK_REFUSALS: Readonly<Record<RollbackRefusal, string>> = {
  none: 'No older model is kept; see the list of models.',
  unknown: 'There is no such version; see the list of models.',
  active: 'That model is already active.',
  lost: 'That model lost its comparison and was never active; choose a retired one.',
  dropped: 'Only the figures of that model are kept; choose a newer one.',
  damaged: 'The stored model is damaged; choose another one.',
  conflict: 'Somebody else switched models at the same moment; check the list again.',
};
