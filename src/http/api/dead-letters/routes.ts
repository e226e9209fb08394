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
import { iso } from '../../../tracking/index.ts';
import { BY_ID, type PageQuery, readPage } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import type { OpsParts } from '../ops/ops-parts.ts';
import { type OpsApi, opsRoute } from '../ops/ops-route.ts';
import { powerOf } from '../ops/power.ts';
import {
  dismissDeadLetterOperation,
  getDeadLetterOperation,
  listDeadLettersOperation,
  replayDeadLetterOperation,
  replayDeadLettersOperation,
} from './operations.ts';

/** Maximum letters replayed by one request; more would lock the table's rows while others wait. */
export const REPLAY_MAX = 5_000;

export function deadLetterRoutes(api: OpsApi, parts: OpsParts): readonly Route[] {
  const { pipeline } = parts.db;
  return [
    opsRoute(api, listDeadLettersOperation, async ({ query }) => {
      const { data, next_cursor } = await deadLetterPage(parts, query);
      return { status: 200, body: { data: data.map(letterJson), next_cursor } };
    }),
    opsRoute(api, getDeadLetterOperation, async ({ key, param, query, request }) => {
      const raw = query.raw === 'true';
      if (raw && powerOf(key, request, api.isLocal) !== 'write') throw rawNeedsWrite();
      const shown = await shownLetter(parts, param('id'), raw, key.id);
      if (shown === null) throw noSuchLetter();
      return { status: 200, body: shown };
    }),
    opsRoute(api, replayDeadLetterOperation, async ({ param }) => {
      const ids = await replayDeadLetters(pipeline, [param('id')]);
      if (ids.length === 0) throw noSuchLetter();
      return { status: 202, body: { replayed: 1, missing: [], more: false } };
    }),
    opsRoute(api, dismissDeadLetterOperation, async ({ key, param, body }) => {
      const letter = await dismissLetter(parts, param('id'), key.id, body.note ?? null);
      if (letter === null) throw noSuchLetter();
      return { status: 200, body: letterJson(letter) };
    }),
    opsRoute(api, replayDeadLettersOperation, async ({ body }) => {
      if (body.ids !== undefined) {
        const replayed = await replayDeadLetters(pipeline, body.ids);
        const missing = body.ids.filter((id) => !replayed.includes(id.toLowerCase()));
        return { status: 202, body: { replayed: replayed.length, missing, more: false } };
      }
      const { ids, more } = await replayWaiting(pipeline, body.carrier ?? null, REPLAY_MAX);
      return { status: 202, body: { replayed: ids.length, missing: [], more } };
    }),
  ];
}

/** A page of dead letters, newest first, for the API and the console. */
export function deadLetterPage(
  parts: OpsParts,
  query: PageQuery & { readonly carrier?: string | undefined },
) {
  const { carrier = null } = query;
  return readPage(
    { name: 'dead-letters', position: BY_ID },
    null,
    query,
    (after, limit) =>
      listDeadLetters(parts.db.pipeline, limit, { carrier, before: after?.id ?? null }),
    { position: ({ id }) => ({ id }), json: (letter) => letter },
  );
}

/** Null when the letter does not exist. Raw reads are logged with the reader. */
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

/** Null when the letter does not exist. */
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

function noSuchLetter(): Problem {
  return new Problem('not_found', 'There is no such dead letter; it may have been replayed.');
}

function rawNeedsWrite(): Problem {
  return new Problem('forbidden', 'Raw access needs the scope ops:write; the key is read-only.');
}
