import type {
  HeaderRefusal,
  Verdict,
  WebhookRequest,
  WebhookVerifier,
} from '../../../adapters/contract/contract.ts';
import { constantTimeEquals } from '../../../kernel/wire/hmac.ts';
import { standardHeaders, standardKey } from '../../../kernel/wire/standard-webhooks.ts';

/** As Standard Webhooks recommends. */
const TOLERANCE_MS = 5 * 60_000;
const SIGNATURES_MAX = 8;

type Headers = WebhookRequest['headers'];

function refusedByHeaders(headers: Headers, secrets: readonly string[]): HeaderRefusal | null {
  if (!secrets.some((secret) => secret !== '')) return 'no_secret_configured';
  const signature = headers['webhook-signature'];
  if (!signature || !headers['webhook-id']) return 'signature_missing';
  return /^v1,[A-Za-z0-9+/]{43}=( |$)/.test(signature) ? null : 'signature_malformed';
}

/** Verifies by Standard Webhooks, as our own webhooks are signed. */
export const webhook: WebhookVerifier = {
  refusedByHeaders,
  verify({ headers, rawBody }, secrets, nowMs): Verdict {
    const reason = refusedByHeaders(headers, secrets);
    if (reason !== null) return { ok: false, reason };
    const { 'webhook-id': id = '', 'webhook-timestamp': sent, 'webhook-signature': all } = headers;
    if (sent === undefined) return { ok: false, reason: 'timestamp_missing' };
    const sentMs = /^\d{1,12}$/.test(sent) ? Number(sent) * 1_000 : Number.NaN;
    if (!(Math.abs(nowMs - sentMs) <= TOLERANCE_MS))
      return { ok: false, reason: 'timestamp_stale' };
    const offered = (all ?? '').split(' ').slice(0, SIGNATURES_MAX);
    const isSigned = secrets.some((secret) => {
      const expected = standardHeaders({ id, sentMs, body: rawBody }, [standardKey(secret)]);
      const signature = expected['webhook-signature'];
      return offered.filter((each) => constantTimeEquals(each, signature)).length > 0;
    });
    return isSigned ? { ok: true, trust: 'signed' } : { ok: false, reason: 'signature_mismatch' };
  },
  sign: (body, secret, nowMs) => ({
    headers: {
      'content-type': 'application/json',
      ...standardHeaders({ id: `msg_${nowMs}`, sentMs: nowMs, body }, [standardKey(secret)]),
    },
    body,
  }),
};
