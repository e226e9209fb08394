import { isUuid } from '../kernel/ids.ts';
import type { Queryable } from '../platform/database.ts';
import type { EnvelopeSealer } from '../platform/sealing.ts';
import { openReceipt } from './inbox.ts';
import type { Receipt } from './receipt.ts';
import { deadReceipts, type ReceiptRow, receiptsById, revive } from './receipts.sql.ts';

/** A receipt that was authentic and could not be understood or recorded. */
export interface DeadLetter {
  readonly id: string;
  readonly carrier: string;
  readonly door: string;
  readonly receivedAtMs: number;
  readonly deadSinceMs: number | null;
  readonly reason: string;
}

const PAGE = 500;

/** Newest first, `limit` at most. */
export async function listDeadLetters(db: Queryable, limit: number): Promise<DeadLetter[]> {
  return (await deadReceipts(db, limit, null)).map(toLetter);
}

/** With its content; `receipt` is null when that was erased. Null for what is no dead letter. */
export async function showDeadLetter(
  db: Queryable,
  sealer: EnvelopeSealer,
  id: string,
): Promise<{ letter: DeadLetter; receipt: Receipt | null } | null> {
  if (!isUuid(id)) return null;
  const [row] = await receiptsById(db, [id]);
  if (row === undefined || row.fate !== 'dead') return null;
  return { letter: toLetter(row), receipt: openReceipt(row, sealer) };
}

/** Puts dead letters back into the inbox; returns the ids that were dead. */
export async function replayDeadLetters(
  db: Queryable,
  ids: readonly string[] | 'all',
): Promise<string[]> {
  if (ids !== 'all') return revive(db, ids.filter(isUuid));
  const replayed: string[] = [];
  let before: string | null = null;
  for (;;) {
    const rows: ReceiptRow[] = await deadReceipts(db, PAGE, before);
    const last = rows.at(-1);
    if (last === undefined) return replayed;
    before = last.id;
    replayed.push(
      ...(await revive(
        db,
        rows.map(({ id }) => id),
      )),
    );
  }
}

function toLetter(row: ReceiptRow): DeadLetter {
  return {
    id: row.id,
    carrier: row.carrier,
    door: row.door,
    receivedAtMs: row.received_at.getTime(),
    deadSinceMs: row.fate_at?.getTime() ?? null,
    reason: row.fate_reason ?? '',
  };
}
