import type {
  CarrierAdapter,
  HeaderRefusal,
  Verdict,
  WebhookOptions,
  WebhookRequest,
} from './contract.ts';

/** Refusals that do not depend on the body, by the contract of `WebhookVerifier.verify`. */
export const REFUSED_BY_HEADERS: ReadonlySet<string> = new Set<HeaderRefusal>([
  'no_secret_configured',
  'signature_missing',
  'signature_malformed',
]);

const NO_BODY = new Uint8Array(0);

/**
 * Judges a push by its headers, before any of its body is read; null: the body decides. A static
 * secret is judged entirely here. A signature needs the bytes that it signs; without them, this
 * only refuses pushes whose path has no secret, or whose header is missing or cannot be a
 * signature. The suite checks that this never disagrees with the carrier's verifier
 * (`webhook.headers-first`).
 */
export function judgeHeaders(
  adapter: {
    readonly manifest: Pick<CarrierAdapter['manifest'], 'push'>;
    readonly webhook?: CarrierAdapter['webhook'];
  },
  headers: WebhookRequest['headers'],
  secrets: readonly string[],
  nowMs: number,
  options?: WebhookOptions,
): Verdict | null {
  const { manifest, webhook } = adapter;
  if (webhook === undefined) return null;
  const isSecret = manifest.push?.trust === 'secret';
  if (!isSecret && webhook.refusedByHeaders !== undefined) {
    const reason = webhook.refusedByHeaders(headers, secrets, options);
    return reason === null ? null : { ok: false, reason };
  }
  const verdict = webhook.verify({ headers, rawBody: NO_BODY }, secrets, nowMs, options);
  if (isSecret) return verdict;
  return !verdict.ok && REFUSED_BY_HEADERS.has(verdict.reason) ? verdict : null;
}
