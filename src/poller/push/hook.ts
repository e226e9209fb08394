import { isIP } from 'node:net';
import type { PushHook } from '../../adapters/contract/pull.ts';

export interface HookRequest {
  readonly carrier: string;
  readonly accountId: string;
  readonly environment: 'production' | 'carrier_test' | 'sandbox';
  /** The hub's public URL, without a slash at the end. */
  readonly publicUrl: string;
  /** The newest is the one that the carrier has to use from now on. */
  readonly webhookSecrets: readonly string[];
  /** The operator's name for the header that carries the secret; null: the carrier's own name. */
  readonly header: string | null;
}

/** Returns where a carrier should post an account's pushes, or why it cannot push. Pure. */
export function hookOf(
  request: HookRequest,
): { readonly hook: PushHook } | { readonly reason: string } {
  const [secret] = request.webhookSecrets;
  if (secret === undefined) return { reason: 'The account has no webhook secret.' };
  if (request.environment !== 'sandbox' && !isPublic(request.publicUrl)) {
    return {
      reason: 'Carriers send webhooks to public https URLs only: set WAYBILL_PUBLIC_URL to one.',
    };
  }
  const url = `${request.publicUrl}/webhooks/carrier/${request.carrier}/${request.accountId}`;
  return { hook: { url, secret, header: request.header } };
}

function isPublic(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  if (protocol !== 'https:') return false;
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) === 4)
    return !/^(0|10|127|169\.254|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(host);
  if (isIP(host) === 6) return !/^(::1?$|f[cd]|fe[89ab])/i.test(host);
  return host.includes('.') && !/(^|\.)(localhost|local|internal|test|example)$/i.test(host);
}
