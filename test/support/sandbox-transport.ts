import type { ReceivedRequest, Sandbox } from '../../src/adapters/sandbox-kit/index.ts';
import type { ManualClock } from '../../src/platform/clock.ts';
import type { HttpClient, HttpOutcome } from '../../src/platform/net/http-client.ts';

/** One call as it reached a carrier. */
export interface RecordedCarrierCall {
  readonly atMs: number;
  readonly carrier: string;
  readonly path: string;
  /** Numbers among those the hub follows that the call named. */
  readonly numbers: readonly string[];
  /** Null: no answer came. */
  readonly status: number | null;
}

export interface SandboxTransport extends HttpClient {
  readonly calls: readonly RecordedCarrierCall[];
}

/** Where a carrier of the sandbox is, for whoever asks through this transport. */
export const SANDBOX_ORIGIN = 'http://127.0.0.1';

const NUMBER = /[0-9A-Z]{9,34}/g;

/**
 * The hub's way to the sandbox without a socket, on a clock that only moves: an answer that takes
 * long takes it on that clock, and one that never comes takes the caller's patience.
 *
 * @param known numbers to be found in requests.
 */
export function sandboxTransport(
  sandbox: Sandbox,
  clock: ManualClock,
  known: ReadonlySet<string>,
): SandboxTransport {
  const calls: RecordedCarrierCall[] = [];

  function ask(carrier: string, request: ReceivedRequest, timeoutMs: number): HttpOutcome {
    const response = sandbox.ask(carrier, request);
    if (response.kind === 'dropped') return { kind: 'failed', reason: 'network' };
    const delayMs = response.kind === 'hangs' ? Number.POSITIVE_INFINITY : response.delayMs;
    clock.advance(Math.min(delayMs, timeoutMs));
    if (response.kind === 'hangs' || delayMs >= timeoutMs) {
      return { kind: 'failed', reason: 'timeout' };
    }
    const { status, headers, body } = response.answer;
    const lowered = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    const bytes = Buffer.from(body, 'utf8');
    return { kind: 'answer', status, headers: Object.fromEntries(lowered), bytes, text: body };
  }

  return {
    calls,
    async send({ method, url, headers = {}, body = '', timeoutMs = 20_000 }) {
      const [, carrier = '', path = '/'] = /^\/([\w-]+)(\/.*)$/.exec(pathOf(url)) ?? [];
      const atMs = clock.nowMs();
      const outcome = ask(carrier, { method, path, headers, text: body }, timeoutMs);
      const words = `${path} ${body}`.match(NUMBER) ?? [];
      calls.push({
        atMs,
        carrier,
        path,
        numbers: [...new Set(words)].filter((word) => known.has(word)),
        status: outcome.kind === 'answer' ? outcome.status : null,
      });
      return outcome;
    },
    close() {},
  };
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}
