import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Problem } from '../../kernel/errors.ts';
import { isUuid } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { uuidOfWireId } from '../../kernel/wire/wire-ids.ts';
import {
  claimIdempotencyKey,
  ERASED_STATUS,
  IDEMPOTENCY_RETENTION_MS,
  type IdempotencyRow,
  idempotencyRow,
  releaseIdempotencyKey,
  settleIdempotencyKey,
} from '../../merchants/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Database, withTenant } from '../../platform/database/database.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import type { Answer } from './answer.ts';
import { invalidMember } from './validation.ts';

/**
 * Executes a write sent twice only once: the answer is stored under the caller's Idempotency-Key
 * and replayed. Rejections are not stored, because they changed nothing and the next try may
 * succeed.
 */
export interface Idempotency {
  run(request: IdempotentRequest, work: () => Promise<Answer>): Promise<Answer>;
  /**
   * Does work under a name of the hub's own once a day, whatever the caller and its key. Once it is
   * done, `repeat` decides with the stored answer: if it throws, that is the response; otherwise
   * the work is done again and its answer replaces the stored one. While the work is in progress,
   * other callers get a 409. Rejections are not stored.
   */
  once(
    tenant: Tenant,
    name: OwnName,
    work: () => Promise<Answer>,
    repeat: (earlier: unknown) => void,
  ): Promise<Answer>;
}

/** Contains a space, so it never collides with an Idempotency-Key. */
type OwnName = `${string} ${string}`;

interface IdempotentRequest {
  readonly tenant: Tenant;
  /** The raw header; absent: the work is done without idempotency. */
  readonly header: string | string[] | undefined;
  readonly method: string;
  /** With its query, sorted by name. */
  readonly path: string;
  readonly body: Uint8Array | null;
}

export interface IdempotencyDeps {
  readonly db: Pick<Database, 'app'>;
  readonly sealer: EnvelopeSealer;
  readonly clock: Clock;
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** Longer than any request may take: an unanswered claim this old belongs to a dead process. */
const DEAD_AFTER_MS = 120_000;
/** How long a second request waits for the first, and how often it checks. */
const WAIT_MS_MAX = 5_000;
const CHECK_EVERY_MS = 100;

/** Visible ASCII, as RFC 9110 has field values, and room for two UUIDs with a prefix. */
const KEY = /^[\x21-\x7e]{1,255}$/;
const REPLAYED = { 'idempotent-replayed': 'true' };

export function createIdempotency(deps: IdempotencyDeps): Idempotency {
  const { db, clock } = deps;
  const wait = deps.wait ?? ((ms: number) => sleep(ms));

  async function run(request: IdempotentRequest, work: () => Promise<Answer>): Promise<Answer> {
    if (request.header === undefined) return work();
    const key = keyFromHeader(request.header);
    const { tenant } = request;
    const hash = digestOf(request);
    const existing = await claim(tenant, key, hash);
    if (existing !== null) return replay(deps, tenant, key, hash, existing, wait);
    return workAndStore(tenant, key, work);
  }

  async function once(
    tenant: Tenant,
    name: OwnName,
    work: () => Promise<Answer>,
    repeat: (earlier: unknown) => void,
  ): Promise<Answer> {
    const existing = await claim(tenant, name, createHash('sha256').update(name).digest());
    if (existing !== null) {
      refuseErased(existing);
      if (existing.response === null) {
        const detail = 'requests.sameRequestInProgress';
        throw new Problem('conflict', detail, { retryAfterS: 1 });
      }
      repeat(openAnswer(existing.response, deps.sealer).body);
    }
    return workAndStore(tenant, name, work);
  }

  /** Does the claimed work: stores the answer, or releases the claim after a rejection. */
  async function workAndStore(
    tenant: Tenant,
    key: string,
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    let answer: Answer;
    try {
      answer = await work();
    } catch (error) {
      await withTenant(db.app, tenant, (tx) => releaseIdempotencyKey(tx, key));
      throw error;
    }
    const stored = sealAnswer(answer, deps.sealer);
    const subjects = new Set([...idsIn(answer.body), ...(answer.subjects ?? [])]);
    await withTenant(db.app, tenant, (tx) =>
      settleIdempotencyKey(tx, key, answer.status, stored, [...subjects]),
    );
    return answer;
  }

  function claim(tenant: Tenant, key: string, hash: Buffer): Promise<IdempotencyRow | null> {
    const nowMs = clock.nowMs();
    return withTenant(db.app, tenant, (tx) =>
      claimIdempotencyKey(tx, tenant, {
        key,
        hash,
        nowMs,
        expiredBeforeMs: nowMs - IDEMPOTENCY_RETENTION_MS,
        deadBeforeMs: nowMs - DEAD_AFTER_MS,
      }),
    );
  }

  return { run, once };
}

/**
 * The stored answer to an earlier request with the same key; waits a few seconds if that request is
 * still in progress. Throws `Problem` if it was another request, was rejected, or is not done yet.
 */
async function replay(
  { db, sealer }: IdempotencyDeps,
  tenant: Tenant,
  key: string,
  hash: Buffer,
  existing: IdempotencyRow,
  wait: (ms: number) => Promise<unknown>,
): Promise<Answer> {
  if (!hash.equals(existing.requestHash)) {
    throw new Problem('idempotency_conflict', 'requests.idempotencyKeyReused');
  }
  let row: IdempotencyRow | null = existing;
  for (let waitedMs = 0; waitedMs < WAIT_MS_MAX; waitedMs += CHECK_EVERY_MS) {
    if (row === null || row.status !== null) break;
    await wait(CHECK_EVERY_MS);
    row = await withTenant(db.app, tenant, (tx) => idempotencyRow(tx, key));
  }
  if (row !== null) refuseErased(row);
  if (row?.response && row.status !== null) {
    return { ...openAnswer(row.response, sealer), status: row.status };
  }
  const detail = row === null ? 'requests.firstRequestRefused' : 'requests.firstRequestInProgress';
  throw new Problem('conflict', detail, { retryAfterS: 1 });
}

/**
 * Throws `Problem` if the stored answer was erased together with its shipment; the work stays done.
 */
function refuseErased({ status, response }: IdempotencyRow): void {
  if (response !== null || status !== ERASED_STATUS) return;
  const detail = 'requests.answeredShipmentDeleted';
  throw new Problem('erased', detail);
}

/** More ids than a batch of registrations returns. */
const SUBJECTS_MAX = 500;

/**
 * All ids in an answer, as lower-case UUIDs. They are stored with it, so that it can be erased
 * together with the shipment it is about.
 */
function idsIn(body: unknown): readonly string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || found.size >= SUBJECTS_MAX) return;
    for (const [name, member] of Object.entries(value)) {
      const isId = name === 'id' || name === 'shipment_id';
      const id = isId && typeof member === 'string' ? uuidOf(member) : null;
      if (id !== null) found.add(id);
      else visit(member);
    }
  };
  visit(body);
  return [...found];
}

/** `trk_` ids, and those that are only the digits of a UUID, are from the drop-in APIs. */
function uuidOf(id: string): string | null {
  const lower = id.toLowerCase();
  return isUuid(lower) ? lower : uuidOfWireId('tracker', lower.replace(/^(?:trk_)?/, 'trk_'));
}

function keyFromHeader(header: string | string[]): string {
  if (typeof header === 'string' && KEY.test(header)) return header;
  throw invalidMember('Idempotency-Key', 'requests.notVisibleAscii', 'requests.useNewUuid');
}

/** Equal for requests with the same method, path and body. */
function digestOf({ method, path, body }: IdempotentRequest): Buffer {
  const hash = createHash('sha256').update(`${method}\n${path}\n`);
  if (body !== null) hash.update(body);
  return hash.digest();
}

function sealAnswer(answer: Answer, sealer: EnvelopeSealer) {
  const { body, repeatedBody = body, bytes, headers } = answer;
  const base64 = bytes && Buffer.from(bytes).toString('base64');
  const stored: StoredAnswer = { body: repeatedBody, bytes: base64, headers };
  const { sealed, dataKey } = sealer.seal(Buffer.from(JSON.stringify(stored), 'utf8'));
  return {
    content: Buffer.from(sealed).toString('base64'),
    data_key: Buffer.from(dataKey).toString('base64'),
  };
}

const storedAnswer = z.object({
  // A 204 has none.
  body: z.unknown().optional(),
  /** In base64. */
  bytes: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
});
type StoredAnswer = z.input<typeof storedAnswer>;

function openAnswer(
  stored: NonNullable<IdempotencyRow['response']>,
  sealer: EnvelopeSealer,
): Omit<Answer, 'status'> {
  const opened = sealer.open(
    Buffer.from(stored.content, 'base64'),
    Buffer.from(stored.data_key, 'base64'),
  );
  const text = Buffer.from(opened).toString('utf8');
  const { body, bytes, headers } = storedAnswer.parse(JSON.parse(text));
  return {
    ...(body === undefined ? {} : { body }),
    ...(bytes === undefined ? {} : { bytes: Buffer.from(bytes, 'base64') }),
    headers: { ...headers, ...REPLAYED },
  };
}
