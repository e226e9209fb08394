import { isUuid } from '../kernel/ids.ts';
import type { Queryable } from '../platform/database/database.ts';
import type { EnvelopeSealer } from '../platform/sealing/sealing.ts';
import type { InboundMessage } from './inbound-message.ts';
import {
  announceInboundMessages,
  type DeadRow,
  type Dismissal,
  deadInboundMessage,
  deadInboundMessages,
  dismissDead,
} from './inbound-messages.sql.ts';
import { openInboundMessage } from './inbox.ts';
import { revive } from './waiting.sql.ts';

/** An inbound message that was authentic and could not be understood or recorded. */
export interface DeadLetter {
  readonly id: string;
  readonly carrier: string;
  readonly source: string;
  /** The account through which it came; null for the path that applies to the whole hub. */
  readonly accountId: string | null;
  readonly receivedAtMs: number;
  readonly deadSinceMs: number | null;
  readonly reason: string;
  /** Who dismissed it, if anybody: it is retained then, but needs no attention. */
  readonly dismissed: Dismissal | null;
}

/** Selects dead letters; without any member, all that nobody has handled. */
interface DeadLetterFilter {
  readonly carrier?: string | null;
  /** The id of the last one already read. */
  readonly before?: string | null;
}

const PAGE = 500;

/** Returns the dead letters that nobody has handled, newest first, `limit` at most. */
export async function listDeadLetters(
  db: Queryable,
  limit: number,
  { carrier = null, before = null }: DeadLetterFilter = {},
): Promise<DeadLetter[]> {
  return (await deadInboundMessages(db, { carrier, before }, limit)).map(toLetter);
}

/**
 * Returns a dead letter with its content, dismissed or not; `inboundMessage` is null when that was
 * erased. Null if it is not a dead letter.
 */
export async function showDeadLetter(
  db: Queryable,
  sealer: EnvelopeSealer,
  id: string,
): Promise<{ letter: DeadLetter; inboundMessage: InboundMessage | null } | null> {
  if (!isUuid(id)) return null;
  const row = await deadInboundMessage(db, id);
  return row && { letter: toLetter(row), inboundMessage: openInboundMessage(row, sealer) };
}

/** Puts dead letters back into the inbox, dismissed ones too; returns the ids that were dead. */
export async function replayDeadLetters(
  db: Queryable,
  ids: readonly string[] | 'all',
): Promise<string[]> {
  if (ids === 'all') return (await replayWaiting(db, null, Number.POSITIVE_INFINITY)).ids;
  return wakeWorkers(db, await revive(db, ids.filter(isUuid)));
}

/**
 * Replays dead letters that nobody has handled, of one carrier or (null) of all, at most `max` of
 * them. Newest first and paged by id, so that one that fails again at once is not replayed twice.
 */
export async function replayWaiting(
  db: Queryable,
  carrier: string | null,
  max: number,
): Promise<{ ids: string[]; more: boolean }> {
  const ids: string[] = [];
  let before: string | null = null;
  while (ids.length < max) {
    const rows: DeadRow[] = await deadInboundMessages(
      db,
      { carrier, before },
      Math.min(PAGE, max - ids.length),
    );
    const last = rows.at(-1);
    if (last === undefined) return { ids: await wakeWorkers(db, ids), more: false };
    before = last.id;
    ids.push(
      ...(await revive(
        db,
        rows.map(({ id }) => id),
      )),
    );
  }
  const rest = await deadInboundMessages(db, { carrier, before }, 1);
  return { ids: await wakeWorkers(db, ids), more: rest.length > 0 };
}

/** Dismisses dead letters without replaying them; returns the ids that were dead. */
export async function dismissDeadLetters(
  db: Queryable,
  ids: readonly string[],
  dismissal: Dismissal,
): Promise<string[]> {
  return dismissDead(db, ids.filter(isUuid), dismissal);
}

/** Wakes the workers, which otherwise check within a second; returns the ids unchanged. */
async function wakeWorkers(db: Queryable, ids: string[]): Promise<string[]> {
  if (ids.length > 0) await announceInboundMessages(db);
  return ids;
}

function toLetter(row: DeadRow): DeadLetter {
  return {
    id: row.id,
    carrier: row.carrier,
    source: row.source,
    accountId: row.accountId,
    receivedAtMs: row.receivedAtMs,
    deadSinceMs: row.fateAtMs,
    reason: row.fateReason ?? '',
    dismissed:
      row.dismissedAtMs === null
        ? null
        : { by: row.dismissedBy ?? '', note: row.dismissedNote, atMs: row.dismissedAtMs },
  };
}
