import type { Egress } from '../../../platform/net/egress.ts';

/** What reading from a service needs. */
export interface ServiceDeps {
  readonly egress: Pick<Egress, 'get'>;
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
  readonly nowMs: () => number;
  /** Called before a pause, so that people see why nothing happens. */
  readonly onPause?: (ms: number, why: string) => void;
}

/**
 * Why a service cannot be read: its address is not allowed, it refused the request or the key, it
 * does not answer as the service does, or not at all.
 */
export type ServiceFault = 'not_allowed' | 'refused' | 'unreadable' | 'silent';

/** A service cannot be read; the message is for people and has no secret. */
export class ServiceUnavailable extends Error {
  override readonly name = 'ServiceUnavailable';
  readonly fault: ServiceFault;
  constructor(fault: ServiceFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

/** A page of a hundred parcels with long histories has about 2 MiB. */
const PAGE_BYTES_MAX = 32 * 1024 * 1024;
const TIMEOUT_MS = 60_000;
/** With doubled pauses, this bridges an outage of about ten minutes. */
const TRIES_MAX = 10;
const PAUSE_MS = 1_000;
const PAUSE_MS_MAX = 300_000;

/**
 * Reads JSON from a service, and again after the pause that it asks for, or after a fault. Only
 * GET is ever sent: nothing is registered there, and nothing costs money. Throws
 * `ServiceUnavailable`.
 */
export async function getJson(
  deps: ServiceDeps,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<unknown> {
  let why = '';
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const outcome = await deps.egress.get({
      ...{ url, headers, requireTls: true },
      ...{ timeoutMs: TIMEOUT_MS, answerBytesMax: PAGE_BYTES_MAX },
    });
    if (outcome.kind === 'refused') {
      throw new ServiceUnavailable(
        'not_allowed',
        `${new URL(url).origin} may not be called: it is not on the public internet, or has no TLS. ` +
          'WAYBILL_EGRESS_ALLOW allows further addresses.',
      );
    }
    if (outcome.kind === 'answer' && outcome.status === 200 && !outcome.truncated) {
      const json = jsonOf(outcome.text);
      if (json === undefined)
        throw new ServiceUnavailable('unreadable', `${new URL(url).origin} sent no JSON.`);
      return json;
    }
    why = outcome.kind === 'answer' ? `status ${outcome.status}` : outcome.detail;
    if (outcome.kind === 'answer' && !mayRepeat(outcome.status)) {
      throw new ServiceUnavailable(
        'refused',
        `${new URL(url).origin} refused the request: ${why}.`,
      );
    }
    const asked = outcome.kind === 'answer' ? retryAfterMs(outcome.headers, deps.nowMs()) : null;
    const ms = Math.min(asked ?? PAUSE_MS * 2 ** tries, PAUSE_MS_MAX);
    deps.onPause?.(ms, why);
    await deps.pause(ms);
  }
  throw new ServiceUnavailable(
    'silent',
    `${new URL(url).origin} did not answer after ${TRIES_MAX} tries: ${why}.`,
  );
}

function mayRepeat(status: number): boolean {
  return status === 200 || status === 408 || status === 429 || status >= 500;
}

/** The pause that an answer asks for: seconds, an HTTP date, or AfterShip's time of the reset. */
export function retryAfterMs(
  headers: Readonly<Record<string, string>>,
  nowMs: number,
): number | null {
  const after = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,6}$/.test(after)) return Number(after) * 1_000;
  const resetS = Number(headers['x-ratelimit-reset'] ?? Number.NaN);
  const atMs = after === '' ? resetS * 1_000 : Date.parse(after);
  return Number.isFinite(atMs) ? Math.max(0, atMs - nowMs) : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
