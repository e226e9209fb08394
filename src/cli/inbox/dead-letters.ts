import {
  type DeadLetter,
  dismissDeadLetters,
  listDeadLetters,
  replayDeadLetters,
  showDeadLetter,
} from '../../intake/index.ts';
import { withDatabase } from '../with-database.ts';

type Write = (line: string) => void;

const UNUSABLE = 2;

/** Runs `waybill deadletters list`: newest first, one line each, or one JSON line each. */
export async function deadlettersList(
  env: NodeJS.ProcessEnv,
  options: { limit: number; json: boolean },
  write: Write,
): Promise<number> {
  return withDatabase(env, async ({ database }) => {
    const letters = await listDeadLetters(database.pipeline, options.limit);
    for (const letter of letters) write(options.json ? JSON.stringify(json(letter)) : line(letter));
    if (letters.length === 0 && !options.json) write('There are no dead letters.');
    return 0;
  });
}

/**
 * Runs `waybill deadletters show ID`, which prints the reason, the headers, and the body as
 * received.
 */
export async function deadlettersShow(
  env: NodeJS.ProcessEnv,
  id: string,
  write: Write,
  writeError: Write,
): Promise<number> {
  return withDatabase(env, async ({ database, sealer }) => {
    const found = await showDeadLetter(database.pipeline, sealer, id);
    if (found === null) {
      writeError(`${id} is not a dead letter; see \`waybill deadletters list\`.`);
      return 1;
    }
    const { letter, inboundMessage } = found;
    const body = inboundMessage === null ? null : Buffer.from(inboundMessage.body).toString('utf8');
    write(
      JSON.stringify({ ...json(letter), headers: inboundMessage?.headers ?? null, body }, null, 2),
    );
    return 0;
  });
}

/**
 * Runs `waybill deadletters replay ID… | --all`, which returns them to the inbox, where a worker
 * processes them again. Giving neither ids nor `--all` is a mistake.
 */
export async function deadlettersReplay(
  env: NodeJS.ProcessEnv,
  ids: readonly string[] | 'all',
  write: Write,
  writeError: Write,
): Promise<number> {
  if (ids.length === 0) {
    writeError('Nothing to replay: give ids of `waybill deadletters list`, or --all.');
    return UNUSABLE;
  }
  return withDatabase(env, async ({ database }) => {
    const replayed = await replayDeadLetters(database.pipeline, ids);
    write(`${replayed.length} returned to the inbox.`);
    return missed(ids === 'all' ? [] : ids, replayed, writeError);
  });
}

/**
 * Runs `waybill deadletters dismiss ID…`, which removes them from the list and from `/readyz`; they
 * are retained, and can still be replayed.
 */
export async function deadlettersDismiss(
  env: NodeJS.ProcessEnv,
  ids: readonly string[],
  note: string | null,
  write: Write,
  writeError: Write,
): Promise<number> {
  return withDatabase(env, async ({ database, clock }) => {
    const dismissal = { by: 'cli', note, atMs: clock.nowMs() };
    const dismissed = await dismissDeadLetters(database.pipeline, ids, dismissal);
    write(`${dismissed.length} dismissed.`);
    return missed(ids, dismissed, writeError);
  });
}

function missed(ids: readonly string[], found: readonly string[], writeError: Write): number {
  const missing = ids.filter((id) => !found.includes(id));
  for (const id of missing) writeError(`${id} is not a dead letter.`);
  return missing.length > 0 ? 1 : 0;
}

function json(letter: DeadLetter) {
  return {
    id: letter.id,
    carrier: letter.carrier,
    source: letter.source,
    received_at: new Date(letter.receivedAtMs).toISOString(),
    dead_since: letter.deadSinceMs === null ? null : new Date(letter.deadSinceMs).toISOString(),
    reason: letter.reason,
    dismissed_at: letter.dismissed === null ? null : new Date(letter.dismissed.atMs).toISOString(),
  };
}

function line(letter: DeadLetter): string {
  const { id, carrier, received_at, reason } = json(letter);
  return `${id}  ${received_at}  ${carrier}  ${reason}`;
}
