import type { Inbox } from '../../intake/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Database, withTransaction } from '../../platform/database/database.ts';
import { stalledAfterMs } from '../policy/stalled.ts';
import { type Note, noteDeliveryStatus } from '../run/notes.ts';
import { planTarget } from './plan-target.ts';
import type { Plan } from './schedule.ts';
import { type PollTarget, type TargetGroup, viewOf } from './target.ts';
import { runDownTimers, saveTargets } from './targets.sql.ts';
import { timerOf } from './timers.ts';

export interface TimerDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly inbox: Pick<Inbox, 'storeWithin' | 'announce'>;
  readonly planOf: (group: TargetGroup) => Promise<Plan>;
}

/** The number of timers handled in one transaction. */
const BATCH = 200;

/**
 * Reports expired timers to tracking: parcels without updates, ends that nobody confirms, and
 * numbers that are given up. It makes no call, so it works for merchants without an account too.
 * Returns how many were checked; a full batch means that there may be more.
 */
export async function runTimers(deps: TimerDeps): Promise<number> {
  const nowMs = deps.clock.nowMs();
  const { looked, noted } = await withTransaction(deps.db.pipeline, async (tx) => {
    const rows = await runDownTimers(tx, nowMs, BATCH);
    const settled = await Promise.all(
      rows.map(async (row) => ({ row, ...timed(row, nowMs, await deps.planOf(row)) })),
    );
    const inboundMessages = settled.flatMap(({ row, note }) =>
      note === null ? [] : [noteDeliveryStatus(row, note)],
    );
    await deps.inbox.storeWithin(tx, inboundMessages);
    await saveTargets(
      tx,
      settled.map(({ target }) => target),
    );
    return { looked: rows.length, noted: inboundMessages.length };
  });
  if (noted > 0) deps.inbox.announce();
  return looked;
}

/**
 * Returns the target after its timer, and the note for tracking, or null if the timer moved on
 * meanwhile. Pure.
 */
function timed(
  row: PollTarget,
  nowMs: number,
  plan: Plan,
): { readonly target: PollTarget; readonly note: Note | null } {
  const timer = timerOf(row, stalledAfterMs(viewOf(row), plan.tables));
  if (timer === null || timer.atMs > nowMs) {
    return { target: { ...row, timerAtMs: timer?.atMs ?? null }, note: null };
  }
  const note: Note = { note: timer.note, atMs: nowMs };
  const reported: PollTarget = { ...row, reportedSequence: row.sequence };
  if (timer.note === 'expired') {
    return { target: planTarget({ ...reported, endReason: 'expired' }, nowMs, plan), note };
  }
  const next = timerOf(reported, stalledAfterMs(viewOf(reported), plan.tables));
  return { target: { ...reported, timerAtMs: next?.atMs ?? null }, note };
}
