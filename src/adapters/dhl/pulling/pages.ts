import { isRecord, jsonOrNull } from '../../../kernel/wire/loose.ts';
import { networkOf } from './subscriptions.ts';

/** Unified's page when none is asked for (OpenAPI 1.3.1). */
const LIMIT = 5;

export interface Page {
  /** The whole answer. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly shipments: readonly unknown[];
  /** The query of the page that follows, `&offset=5&limit=5`; null when this is the last. */
  readonly next: string | null;
}

/**
 * One page of shipments under a number; null when it is no such answer. Of `nextUrl` only the
 * figures are taken: it names another base path in DHL's own example, and no answer of anybody
 * shall tell where our key is sent.
 */
export function readPage(text: string, offset: number): Page | null {
  const body = jsonOrNull(text)?.value;
  if (!isRecord(body) || !Array.isArray(body['shipments'])) return null;
  const shipments: readonly unknown[] = body['shipments'];
  return { body, shipments, next: nextQuery(body['nextUrl'], offset, shipments.length) };
}

function nextQuery(nextUrl: unknown, offset: number, found: number): string | null {
  if (typeof nextUrl !== 'string') return null;
  const nextOffset = figure(nextUrl, 'offset');
  const limit = figure(nextUrl, 'limit') ?? LIMIT;
  // A page that is not full is the last, whatever it says; and nobody is sent back.
  if (nextOffset === null || nextOffset <= offset || limit === 0 || found < limit) return null;
  return `&offset=${nextOffset}&limit=${limit}`;
}

function figure(url: string, name: string): number | null {
  const digits = new RegExp(`[?&]${name}=(\\d{1,4})(?:&|$)`).exec(url)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Where the page of such a query begins. */
export function offsetOf(query: string): number {
  return figure(query, 'offset') ?? 0;
}

/**
 * The network to ask by name after this page, or null when none is left to be asked. Without
 * `service` the first network that knows the number answers, and `possibleAdditionalShipmentsUrl`
 * names the others (OpenAPI 1.3.1). With 250 calls a day only the network that the number looks
 * like is worth one more, and only when it has not spoken.
 */
export function serviceLeftOut({ body, shipments }: Page, number: string): string | null {
  const likely = networkOf(number);
  const others = body['possibleAdditionalShipmentsUrl'];
  if (likely === null || !Array.isArray(others)) return null;
  const hasAnswered = shipments.some((each) => isRecord(each) && each['service'] === likely);
  const isNamed = others.some(
    (url: unknown) => typeof url === 'string' && serviceIn(url) === likely,
  );
  return isNamed && !hasAnswered ? likely : null;
}

function serviceIn(url: string): string | null {
  return /[?&]service=([a-z-]{1,40})(?:&|$)/.exec(url)?.[1] ?? null;
}
