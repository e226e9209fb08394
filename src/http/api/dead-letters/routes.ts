import {
  type DeadLetter,
  dismissDeadLetters,
  type InboundMessage,
  listDeadLetters,
  redactContent,
  replayDeadLetters,
  replayWaiting,
  showDeadLetter,
  type Vocabulary,
} from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { type PageQuery, readPageById } from '../../kit/paged.ts';
import type { IsLocal } from '../ops/loopback.ts';
import type { OpsParts } from '../ops/ops-parts.ts';
import { opsResource } from '../ops/ops-resource.ts';
import { powerOf } from '../ops/power.ts';
import {
  bulkReplay,
  deadLetter,
  deadLetterContent,
  deadLetterList,
  deadLetterQuery,
  deadLettersQuery,
  dismissal,
  replayed,
} from './schema.ts';

/** Maximum letters replayed by one request; more would lock the table's rows while others wait. */
export const REPLAY_MAX = 5_000;

export const deadLetters = opsResource(
  { noun: 'dead letter', tag: 'Operators' },
  {
    list: {
      id: 'listDeadLetters',
      method: 'GET',
      path: '/ops/dead-letters',
      summary: 'List dead letters',
      description:
        'Inbound messages of all merchants that could not be processed, newest first, without dismissed ones.',
      scope: 'ops:read',
      query: deadLettersQuery,
      answers: { 200: { description: 'A page.', schema: deadLetterList } },
    },
    get: {
      id: 'getDeadLetter',
      method: 'GET',
      path: '/ops/dead-letters/:id',
      summary: 'Get a dead letter with its content',
      description:
        'Codes, times and structure are shown as received; names, addresses and other possibly personal values are masked unless `raw=true`.',
      scope: 'ops:read',
      query: deadLetterQuery,
      answers: { 200: { description: 'The dead letter.', schema: deadLetterContent } },
    },
    replay: {
      id: 'replayDeadLetter',
      method: 'POST',
      path: '/ops/dead-letters/:id/replay',
      summary: 'Replay a dead letter',
      description:
        'Returns it to the inbox, even if it was dismissed. Replaying something already processed is harmless.',
      scope: 'ops:write',
      answers: { 202: { description: 'It will be processed next.', schema: replayed } },
    },
    dismiss: {
      id: 'dismissDeadLetter',
      method: 'POST',
      path: '/ops/dead-letters/:id/dismiss',
      summary: 'Dismiss a dead letter',
      description:
        'Removes it from the list and from `/readyz`. It is kept and can still be replayed.',
      scope: 'ops:write',
      body: dismissal,
      answers: { 200: { description: 'The changed dead letter.', schema: deadLetter } },
      example: { note: 'a test of the carrier, no parcel of ours' },
    },
    replayMany: {
      id: 'replayDeadLetters',
      method: 'POST',
      path: '/ops/dead-letters/replay',
      summary: 'Replay many dead letters',
      description:
        'By id, by carrier, or all of them. At most 5,000 per request; `more` says whether others remain.',
      scope: 'ops:write',
      body: bulkReplay,
      answers: { 202: { description: 'They will be processed next.', schema: replayed } },
      example: { carrier: 'carrier-id' },
    },
  },
  ({ parts, isLocal }: { readonly parts: OpsParts; readonly isLocal: IsLocal }) => {
    const { pipeline } = parts.db;
    return {
      list: async ({ query }) => {
        const { data, next_cursor } = await deadLetterPage(parts, query);
        return { status: 200, body: { data: data.map(letterJson), next_cursor } };
      },
      get: async ({ key, query, request, id, found }) => {
        const raw = query.raw === 'true';
        if (raw && powerOf(key, request, isLocal) !== 'write') throw rawNeedsWrite();
        const shown = found(await shownLetter(parts, id, raw, key.id));
        return { status: 200, body: shown };
      },
      replay: async ({ id, missing }) => {
        const ids = await replayDeadLetters(pipeline, [id]);
        if (ids.length === 0) throw missing();
        return { status: 202, body: { replayed: 1, missing: [], more: false } };
      },
      dismiss: async ({ key, body, id, found }) => {
        const letter = found(await dismissLetter(parts, id, key.id, body.note ?? null));
        return { status: 200, body: letterJson(letter) };
      },
      replayMany: async ({ body }) => {
        if (body.ids !== undefined) {
          const replayed = await replayDeadLetters(pipeline, body.ids);
          const missing = body.ids.filter((id) => !replayed.includes(id.toLowerCase()));
          return { status: 202, body: { replayed: replayed.length, missing, more: false } };
        }
        const { ids, more } = await replayWaiting(pipeline, body.carrier ?? null, REPLAY_MAX);
        return { status: 202, body: { replayed: ids.length, missing: [], more } };
      },
    };
  },
);

/** A page of dead letters, newest first, for the API and the console. */
export function deadLetterPage(
  parts: OpsParts,
  query: PageQuery & { readonly carrier?: string | undefined },
) {
  const { carrier = null } = query;
  return readPageById(
    'dead-letters',
    null,
    query,
    (before, limit) => listDeadLetters(parts.db.pipeline, limit, { carrier, before }),
    (letter) => letter,
  );
}

/**
 * Returns a letter with its content, redacted unless `raw`; null if it does not exist. Raw reads
 * are logged with the reader.
 */
export async function shownLetter(parts: OpsParts, id: string, raw: boolean, by: string) {
  const found = await showDeadLetter(parts.db.pipeline, parts.tracking.sealer, id);
  if (found === null) return null;
  if (raw)
    parts.log.warn({ inbound_message_id: id, key_id: by }, 'an operator read a dead letter raw');
  const { letter, inboundMessage } = found;
  const content =
    inboundMessage &&
    (raw ? rawContent(inboundMessage) : shownContent(inboundMessage, await parts.vocabulary()));
  return { ...letterJson(letter), content };
}

/** Dismisses a letter and returns it; null if it does not exist. */
export async function dismissLetter(
  { db, clock, tracking }: OpsParts,
  id: string,
  by: string,
  note: string | null,
): Promise<DeadLetter | null> {
  await dismissDeadLetters(db.pipeline, [id], { by, note, atMs: clock.nowMs() });
  return (await showDeadLetter(db.pipeline, tracking.sealer, id))?.letter ?? null;
}

function shownContent(inboundMessage: InboundMessage, vocabulary: Vocabulary) {
  return {
    redacted: true,
    encoding: 'utf-8' as const,
    ...redactContent(inboundMessage, vocabulary),
  };
}

function rawContent({ headers, body }: InboundMessage) {
  const text = textOf(body);
  return {
    redacted: false,
    headers,
    body: text ?? Buffer.from(body).toString('base64'),
    encoding: text === null ? ('base64' as const) : ('utf-8' as const),
    cut: false,
  };
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function letterJson(letter: DeadLetter) {
  const { dismissed } = letter;
  return {
    id: letter.id,
    carrier: letter.carrier,
    source: letter.source,
    account_id: letter.accountId,
    received_at: iso(letter.receivedAtMs),
    dead_since: iso(letter.deadSinceMs),
    reason: letter.reason,
    dismissed: dismissed && {
      at: iso(dismissed.atMs),
      by: dismissed.by,
      note: dismissed.note,
    },
  };
}

function rawNeedsWrite(): Problem {
  return new Problem('forbidden', 'mappings.rawAccessNotAllowed');
}
