import type { z } from 'zod';
import { definedOnly } from '../../kernel/defined-only.ts';
import type { HttpClient, HttpRequest } from '../../platform/net/http-client.ts';
import type { EngineAnswer } from './road-engine.ts';

/** An engine's address and time limit. */
export interface EngineAddress {
  readonly http: Pick<HttpClient, 'send'>;
  /** `http://roads:8002`, with an optional path, without a trailing slash. */
  readonly url: string;
  readonly timeoutMs: number;
}

/** The engine's answers that mean "no road": not a failure. */
export interface Statuses {
  readonly noRoad: (status: number, body: unknown) => boolean;
}

const DETAIL_CHARS_MAX = 200;

/**
 * Sends a query to the engine in the settings, and to nothing else: paths are ours, redirects are
 * not followed, and of user input only numbers get into the URL.
 *
 * @returns null if there is no road between the places.
 */
export async function askEngine<T>(
  { http, url, timeoutMs }: EngineAddress,
  request: Pick<HttpRequest, 'method' | 'body'> & { readonly path: string },
  schema: z.ZodType<T>,
  { noRoad }: Statuses,
): Promise<EngineAnswer<T | null>> {
  const { method, path, body } = request;
  const sent = await http.send({
    method,
    url: `${url}${path}`,
    timeoutMs,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...definedOnly({ body }),
  });
  if (sent.kind === 'failed') return { kind: 'failed', reason: sent.reason, detail: '' };
  const json = parsed(sent.text);
  if (noRoad(sent.status, json)) return { kind: 'answer', value: null };
  const detail = `${sent.status} ${sent.text.slice(0, DETAIL_CHARS_MAX)}`;
  if (sent.status !== 200) return { kind: 'failed', reason: 'refused', detail };
  const read = schema.safeParse(json);
  if (read.success) return { kind: 'answer', value: read.data };
  return { kind: 'failed', reason: 'unreadable', detail };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
