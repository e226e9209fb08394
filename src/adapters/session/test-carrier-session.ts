import type { CarrierAnswer, CarrierCall, CarrierSession, Credentials } from '../contract/pull.ts';

/** A session that answers from a script and records the calls. */
export interface ScriptedSession extends CarrierSession {
  readonly calls: readonly CarrierCall[];
}

/** The clock of every scripted session: 2026-03-06 12:00 UTC. */
export const SCRIPT_NOW_MS = Date.UTC(2026, 2, 6, 12);

/**
 * Creates a scripted session. `script` is either the answers in order, or a function of each call.
 * When the script has run out it answers `failed`, as a broken network would; the recorded calls
 * show that there were too many.
 */
export function scriptedSession(
  script: readonly CarrierAnswer[] | ((call: CarrierCall) => CarrierAnswer),
  credentials: Credentials = {},
): ScriptedSession {
  const calls: CarrierCall[] = [];
  return {
    calls,
    credentials,
    async send(call) {
      calls.push(call);
      if (typeof script === 'function') return script(call);
      return script[calls.length - 1] ?? { kind: 'failed', reason: 'network' };
    },
    nowMs: () => SCRIPT_NOW_MS,
    newId: () => calls.length.toString(16).padStart(32, '0'),
  };
}

/** Makes an HTTP answer. A text `body` is used unchanged, anything else becomes JSON. */
export function answerOf(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): CarrierAnswer & { readonly kind: 'http' } {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { kind: 'http', status, headers, text };
}
