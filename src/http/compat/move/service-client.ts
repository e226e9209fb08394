import { parseJsonOrNull } from '../../../kernel/wire/loose.ts';
import type { Egress, EgressOutcome } from '../../../platform/net/egress.ts';

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
  /** The status of the answer that refused the request; null: there was none. */
  readonly status: number | null;
  constructor(fault: ServiceFault, message: string, status: number | null = null) {
    super(message);
    this.fault = fault;
    this.status = status;
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
  const { origin } = new URL(url);
  for (let tries = 1; ; tries += 1) {
    const outcome = await deps.egress.get({
      ...{ url, headers, requireTls: true },
      ...{ timeoutMs: TIMEOUT_MS, answerBytesMax: PAGE_BYTES_MAX },
    });
    if (outcome.kind === 'refused') {
      throw new ServiceUnavailable(
        'not_allowed',
        `${origin} may not be called: it is not on the public internet, or has no TLS. ` +
          'WAYBILL_EGRESS_ALLOW allows further addresses.',
      );
    }
    const answer = outcome.kind === 'answer' ? outcome : null;
    if (answer?.status === 200) {
      const json = pageOf(answer, origin);
      if (json !== undefined) return json;
    }
    const why = outcome.kind === 'answer' ? whyRepeated(outcome) : outcome.detail;
    if (answer !== null && !mayRepeat(answer.status)) {
      const message = `${origin} refused the request: ${why}.`;
      throw new ServiceUnavailable('refused', message, answer.status);
    }
    if (tries === TRIES_MAX) {
      const message = `${origin} did not answer after ${TRIES_MAX} tries: ${why}.`;
      throw new ServiceUnavailable('silent', message);
    }
    const asked = answer === null ? null : retryAfterMs(answer, deps.nowMs());
    const ms = Math.min(asked ?? PAUSE_MS * 2 ** (tries - 1), PAUSE_MS_MAX);
    deps.onPause?.(ms, why);
    await deps.pause(ms);
  }
}

type Answer = Extract<EgressOutcome, { kind: 'answer' }>;

/** Reads a page; undefined: it broke off, so that it is to be read again. */
function pageOf({ text, truncated }: Answer, origin: string): unknown {
  if (truncated && Buffer.byteLength(text) >= PAGE_BYTES_MAX) {
    const size = `${PAGE_BYTES_MAX / 1024 / 1024} MiB`;
    throw new ServiceUnavailable('unreadable', `${origin} sent a page of more than ${size}.`);
  }
  if (truncated) return undefined;
  const json = parseJsonOrNull(text);
  if (json === null) throw new ServiceUnavailable('unreadable', `${origin} sent no JSON.`);
  return json.value;
}

function whyRepeated({ status }: Answer): string {
  return status === 200 ? 'the answer broke off' : `status ${status}`;
}

function mayRepeat(status: number): boolean {
  return status === 200 || status === 408 || status === 429 || status >= 500;
}

/**
 * The pause that an answer asks for: seconds, an HTTP date, or AfterShip's time of the reset, which
 * AfterShip sends with every answer, so that it counts only for a 429.
 */
export function retryAfterMs(
  { status, headers }: Pick<Answer, 'status' | 'headers'>,
  nowMs: number,
): number | null {
  const after = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,6}$/.test(after)) return Number(after) * 1_000;
  const resetS = status === 429 ? Number(headers['x-ratelimit-reset'] ?? Number.NaN) : Number.NaN;
  const atMs = after === '' ? resetS * 1_000 : Date.parse(after);
  return Number.isFinite(atMs) ? Math.max(0, atMs - nowMs) : null;
}
