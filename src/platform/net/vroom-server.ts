import type { HttpClient } from './http-client.ts';

/** A server that solves routes: VROOM behind its HTTP wrapper. */
export interface VroomServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly timeoutMs: number;
}

export type VroomOutcome =
  /** Any JSON answer, including an error with `code` and `error`. */
  | { readonly kind: 'answer'; readonly json: unknown }
  | {
      readonly kind: 'failed';
      readonly why: string;
      /** Whether it is down or does not answer, so that the next caller would wait in vain, too. */
      readonly isAway: boolean;
    };

/**
 * Calls the server that the settings name, and no other: redirects are not followed. It is sent
 * numbers only.
 *
 * @param problem as VROOM's API documentation describes it.
 */
export async function askVroom(
  http: Pick<HttpClient, 'send'>,
  { url, timeoutMs }: VroomServer,
  problem: unknown,
): Promise<VroomOutcome> {
  const sent = await http.send({
    method: 'POST',
    url: `${url}/`,
    timeoutMs,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(problem),
  });
  if (sent.kind === 'failed') {
    return { kind: 'failed', why: FAILURES[sent.reason], isAway: sent.reason !== 'too_large' };
  }
  try {
    return { kind: 'answer', json: JSON.parse(sent.text) };
  } catch {
    return { kind: 'failed', why: `it answers ${sent.status}, and no JSON`, isAway: false };
  }
}

const FAILURES = {
  timeout: 'it does not answer in time',
  network: 'it is not reached',
  too_large: 'its answer is too large',
} as const;
