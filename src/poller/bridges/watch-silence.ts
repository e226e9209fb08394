import type { PollingAccount } from '../../intake/index.ts';
import { withTransaction } from '../../platform/database/database.ts';
import { lockState, saveBridgeUpdate, saveSilence } from '../accounts/state.sql.ts';
import type { Pulled } from '../run/finish.ts';
import { healthOfBridge, OK, type ReportHealthDeps, reportHealth } from '../run/report-health.ts';
import { countMoving } from './registrations.sql.ts';
import { withSample } from './silence.ts';

/** Notes that a bridge brings updates, if these polls through it found any. */
export async function notePulled(
  { db, clock }: Pick<ReportHealthDeps, 'db' | 'clock'>,
  account: PollingAccount,
  pulled: readonly Pick<Pulled, 'newFactsAtMs'>[],
): Promise<void> {
  if (pulled.every(({ newFactsAtMs }) => newFactsAtMs.length === 0)) return;
  await saveBridgeUpdate(db.pipeline, account, clock.nowMs());
}

/**
 * Takes a sample of how long an account's bridge has brought no update, and reports when it has
 * become silent, or is no longer.
 */
export async function watchSilence(deps: ReportHealthDeps, account: PollingAccount): Promise<void> {
  const { pipeline } = deps.db;
  const nowMs = deps.clock.nowMs();
  const moving = await countMoving(pipeline, account.id, nowMs);
  const state = await withTransaction(pipeline, async (tx) => {
    const before = await lockState(tx, account.id);
    if (before === null) return null;
    const sample = { nowMs, updateAtMs: before.bridgeUpdateAtMs, moving };
    const silence = withSample(before.silence, sample);
    await saveSilence(tx, account.id, silence);
    return { ...before, silence };
  });
  if (state === null) return;
  const { health, healthReason, trouble } = state;
  const last = health === 'degraded' ? OK : { state: health, reason: healthReason };
  await reportHealth(deps, state, account.label, healthOfBridge(state, trouble ?? last, nowMs));
}
