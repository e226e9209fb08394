import type { CarrierAdapter, Verdict, WebhookOptions, WebhookRequest } from './contract.ts';

/** Refusals in which a body has no say, by the contract of `WebhookVerifier.verify`. */
export const REFUSED_BY_HEADERS: ReadonlySet<string> = new Set<
  Extract<Verdict, { ok: false }>['reason']
>(['no_secret_configured', 'signature_missing', 'signature_malformed']);

const NO_BODY = new Uint8Array(0);

/**
 * What a push's headers decide before a byte of its body is read; null: the body decides. A static
 * secret is judged wholly here. A signature needs the bytes it signs, but none saves a push whose
 * path has no secret, or whose header is missing or cannot be a signature.
 *
 * Asks the carrier's own verifier about an empty body, so that the two can never disagree; that
 * reading them in this order is sound is what the suite checks (`webhook.headers-first`).
 */
export function judgeHeaders(
  adapter: Pick<CarrierAdapter, 'manifest' | 'webhook'>,
  headers: WebhookRequest['headers'],
  secrets: readonly string[],
  nowMs: number,
  options?: WebhookOptions,
): Verdict | null {
  const { manifest, webhook } = adapter;
  if (webhook === undefined) return null;
  const verdict = webhook.verify({ headers, rawBody: NO_BODY }, secrets, nowMs, options);
  if (manifest.push?.trust === 'secret') return verdict;
  return !verdict.ok && REFUSED_BY_HEADERS.has(verdict.reason) ? verdict : null;
}
