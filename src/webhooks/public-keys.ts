import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { parseJsonOrNull } from '../kernel/wire/loose.ts';
import type { Clock } from '../platform/clock.ts';
import type { Egress } from '../platform/net/egress.ts';
import type { Logger } from '../platform/observability/log.ts';

/** Finds the public keys with which senders' signatures are verified. */
export interface PublicKeys {
  /**
   * Returns the keys with this id (SPKI in PEM) in the JSON Web Key Sets at `sources`, each
   * `file:/path/jwks.json` or a URL; empty if none has it. `unavailable`: none of the known sets has
   * it, and another could not be read at all or within `USABLE_MS_MAX`. Never rejects.
   */
  find(sources: readonly string[], keyId: string): Promise<readonly string[] | 'unavailable'>;
}

/** Whether a source of keys is a file of this machine, which only an operator may name. */
export function isKeyFile(source: string): boolean {
  return source.toLowerCase().startsWith('file:');
}

/** A set is read again at most this often, however many unknown key ids are sent. */
export const REFRESH_MS_MIN = 60_000;
/** A set is read again after this time, so that a withdrawn key is no longer accepted. */
const AGE_MS_MAX = 3_600_000;
/** A set that cannot be read again is used this long, so that a withdrawn key expires anyway. */
const USABLE_MS_MAX = 2 * AGE_MS_MAX;
/** More than all senders of a large hub; beyond, the least recently used set is read again. */
const SETS_MAX = 1_000;
const KEYS_MAX = 100;
const SET_BYTES_MAX = 256 * 1_024;
/** The sender of the webhook waits for the answer meanwhile. */
const FETCH_MS_MAX = 5_000;

interface KeySet {
  keys: ReadonlyMap<string, string>;
  triedAtMs: number;
  /** When the request began that returned `keys`. */
  loadedAtMs: number;
  loading: Promise<void> | null;
}

export function createPublicKeys({
  egress,
  clock,
  log,
}: {
  readonly egress: Pick<Egress, 'get'>;
  readonly clock: Clock;
  readonly log: Logger;
}): PublicKeys {
  const sets = new LRUCache<string, KeySet>({ max: SETS_MAX });

  async function load(source: string, set: KeySet): Promise<void> {
    try {
      set.keys = keysIn(isKeyFile(source) ? await readKeyFile(source) : await fetchSet(source));
      set.loadedAtMs = set.triedAtMs;
    } catch (error) {
      // The earlier keys stay in use: a failed request says nothing about them.
      log.warn(
        { err: error, source: shownSource(source) },
        'public keys for webhooks could not be read',
      );
    }
    set.loading = null;
  }

  async function fetchSet(url: string): Promise<string> {
    const limits = { timeoutMs: FETCH_MS_MAX, answerBytesMax: SET_BYTES_MAX };
    const outcome = await egress.get({ url, requireTls: true, ...limits });
    if (outcome.kind !== 'answer') throw new Error(`no answer: ${outcome.reason}`);
    if (outcome.status !== 200 || outcome.truncated) {
      throw new Error(`expected 200 and at most ${SET_BYTES_MAX} bytes, found ${outcome.status}`);
    }
    return outcome.text;
  }

  async function keysOf(source: string, keyId: string): Promise<readonly string[] | 'unavailable'> {
    let set = sets.get(source);
    if (set === undefined) {
      const never = Number.NEGATIVE_INFINITY;
      set = { keys: new Map(), triedAtMs: never, loadedAtMs: never, loading: null };
      sets.set(source, set);
    }
    const nowMs = clock.nowMs();
    const isDue = !set.keys.has(keyId) || nowMs - set.loadedAtMs >= AGE_MS_MAX;
    if (set.loading === null && isDue && nowMs - set.triedAtMs >= REFRESH_MS_MIN) {
      set.triedAtMs = nowMs;
      set.loading = load(source, set);
    }
    await set.loading;
    if (clock.nowMs() - set.loadedAtMs >= USABLE_MS_MAX) return 'unavailable';
    const key = set.keys.get(keyId);
    return key === undefined ? [] : [key];
  }

  return {
    async find(sources, keyId) {
      const results = await Promise.all(sources.map((source) => keysOf(source, keyId)));
      const found = results.flatMap((keys) => (keys === 'unavailable' ? [] : keys));
      return found.length === 0 && results.includes('unavailable') ? 'unavailable' : found;
    },
  };
}

/** A source as the log may show it: a secret that was entered by mistake is none of its business. */
function shownSource(source: string): string {
  if (isKeyFile(source)) return source;
  return URL.canParse(source) ? new URL(source).origin : 'no URL';
}

async function readKeyFile(source: string): Promise<string> {
  const text = await readFile(fileURLToPath(source), 'utf8');
  if (text.length > SET_BYTES_MAX) throw new Error(`expected at most ${SET_BYTES_MAX} bytes`);
  return text;
}

const keySet = z.object({ keys: z.array(z.unknown()) });
const namedKey = z.looseObject({ kid: z.string().min(1) });

/**
 * Reads a JSON Web Key Set (RFC 7517): the keys by id, in PEM. Keys without an id and of unknown
 * kinds are left out. Throws if the text is no such set.
 */
function keysIn(text: string): ReadonlyMap<string, string> {
  const set = keySet.safeParse(parseJsonOrNull(text)?.value);
  if (!set.success) throw new Error('expected a JSON Web Key Set: {"keys": [...]}');
  const found = new Map<string, string>();
  for (const each of set.data.keys.slice(0, KEYS_MAX)) {
    const key = namedKey.safeParse(each);
    const pem = key.success ? pemOf(key.data) : null;
    if (key.success && pem !== null) found.set(key.data.kid, pem);
  }
  return found;
}

function pemOf(key: JsonWebKey): string | null {
  try {
    return createPublicKey({ key, format: 'jwk' })
      .export({ type: 'spki', format: 'pem' })
      .toString();
  } catch {
    return null;
  }
}
