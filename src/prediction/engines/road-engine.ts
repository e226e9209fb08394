import type { z } from 'zod';
import { definedOnly } from '../../kernel/defined-only.ts';
import type { HttpClient, HttpRequest } from '../../platform/net/http-client.ts';
import type { RoadPoint } from '../road/ride/ride.ts';
import type { RoadVehicle } from '../road/roads.ts';

/** An engine's answer for one leg; null: no road. */
export interface EngineDrive {
  readonly seconds: number;
  readonly metres: number;
}

/** Why an engine's answer is unusable: it was slow, down or busy, or the answer is unreadable. */
export type EngineFailure = 'timeout' | 'network' | 'too_large' | 'refused' | 'unreadable';

export type EngineAnswer<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | { readonly kind: 'failed'; readonly reason: EngineFailure; readonly detail: string };

/** A routing server. Never rejects. */
export interface RoadEngine {
  /** Drives from each place to the next: one fewer than there are places. */
  route(
    places: readonly RoadPoint[],
    vehicle: RoadVehicle,
  ): Promise<EngineAnswer<readonly (EngineDrive | null)[]>>;
  /** Drives from each place in `from` to each in `to`; the rows are those of `from`. */
  matrix(
    from: readonly RoadPoint[],
    to: readonly RoadPoint[],
    vehicle: RoadVehicle,
  ): Promise<EngineAnswer<readonly (readonly (EngineDrive | null)[])[]>>;
}

export const answer = <T>(value: T): EngineAnswer<T> => ({ kind: 'answer', value });

/** Concatenates the answers of parts; the first failure is the result. */
export function concatenated<T>(
  parts: readonly EngineAnswer<readonly T[]>[],
): EngineAnswer<readonly T[]> {
  const found: T[] = [];
  for (const part of parts) {
    if (part.kind === 'failed') return part;
    found.push(...part.value);
  }
  return answer(found);
}

/**
 * Converts a leg as an engine returns it; null if there is none, because no road joins the places.
 */
export function toEngineDrive(
  seconds: number | null | undefined,
  metres: number | null | undefined,
): EngineDrive | null {
  const isDrive = seconds != null && seconds >= 0 && Number.isFinite(seconds);
  return isDrive ? { seconds, metres: Math.round(metres ?? 0) } : null;
}

/** An engine's address and time limit. */
export interface EngineAddress {
  readonly http: Pick<HttpClient, 'send'>;
  /** `http://roads:8002`, with an optional path, without a trailing slash. */
  readonly url: string;
  readonly timeoutMs: number;
}

/** The engine's answers that mean "no road": not a failure. */
interface Statuses {
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
  const json = jsonOrNull(sent.text);
  if (noRoad(sent.status, json)) return { kind: 'answer', value: null };
  const detail = `${sent.status} ${sent.text.slice(0, DETAIL_CHARS_MAX)}`;
  if (sent.status !== 200) return { kind: 'failed', reason: 'refused', detail };
  const read = schema.safeParse(json);
  if (read.success) return { kind: 'answer', value: read.data };
  return { kind: 'failed', reason: 'unreadable', detail };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
