import {
  type DeadEntry,
  deadEntries,
  deadEntryId,
  forgetDeadEntries,
  requestRetry,
} from '../../platform/event-log/dead-entries.ts';
import { withDatabase } from '../with-database.ts';

type Write = (line: string) => void;

const UNUSABLE = 2;

/**
 * Runs `waybill deadletters entries`, which lists what consumers of the log skipped, newest first.
 */
export async function entriesList(
  env: NodeJS.ProcessEnv,
  options: { limit: number; json: boolean },
  write: Write,
): Promise<number> {
  return withDatabase(env, async ({ database }) => {
    const entries = await deadEntries(database.pipeline, options.limit);
    for (const entry of entries) write(options.json ? JSON.stringify(json(entry)) : line(entry));
    if (entries.length === 0 && !options.json) write('No log entry was skipped.');
    return 0;
  });
}

/**
 * Runs `waybill deadletters replay-entries ID… | --all`: the consumers handle the entries again.
 */
export async function entriesReplay(
  env: NodeJS.ProcessEnv,
  ids: readonly string[] | 'all',
  write: Write,
  writeError: Write,
): Promise<number> {
  if (ids.length === 0) {
    writeError('Nothing to replay: give ids of `waybill deadletters entries`, or --all.');
    return UNUSABLE;
  }
  return withDatabase(env, async ({ database }) => {
    const wanted = await requestRetry(database.pipeline, ids);
    write(
      `${wanted.length} will be handled again by a running hub; the list then shows those that failed again.`,
    );
    return missed(ids === 'all' ? [] : ids, wanted, writeError);
  });
}

/**
 * Runs `waybill deadletters dismiss-entries ID…`, which removes them from the list and from
 * `/readyz` permanently.
 */
export async function entriesDismiss(
  env: NodeJS.ProcessEnv,
  ids: readonly string[],
  write: Write,
  writeError: Write,
): Promise<number> {
  return withDatabase(env, async ({ database }) => {
    const gone = await forgetDeadEntries(database.pipeline, ids);
    write(`${gone.length} dismissed.`);
    return missed(ids, gone, writeError);
  });
}

function missed(ids: readonly string[], found: readonly string[], writeError: Write): number {
  const missing = ids.filter((id) => !found.includes(id));
  for (const id of missing)
    writeError(`${id} is not on the list; see \`waybill deadletters entries\`.`);
  return missing.length > 0 ? 1 : 0;
}

function json(entry: DeadEntry) {
  return {
    id: deadEntryId(entry),
    consumer: entry.consumer,
    event_id: entry.entryId,
    type: entry.type,
    at: new Date(entry.atMs).toISOString(),
    error: entry.error,
    again: entry.again,
  };
}

function line(entry: DeadEntry): string {
  const { id, event_id, type, at, error } = json(entry);
  return `${id}  ${at}  ${type}  ${event_id}  ${error}`;
}
