import type { ErrorText } from '../../../kernel/errors.ts';
import type { Mode } from '../../../kernel/tenant.ts';
import { type Egress, type Refusal, URL_CHARS_MAX } from '../../../platform/net/egress.ts';
import { invalidMember } from '../../kit/validation.ts';

type Reason = Refusal['reason'];

const REFUSED: Readonly<Record<Reason, ErrorText>> = {
  unreadable_url: 'webhooks.notUrl',
  scheme: 'webhooks.notHttpOrHttps',
  credentials: 'webhooks.containsCredentials',
  port: 'webhooks.portOfOtherProtocol',
  host: 'webhooks.hostNotAllowed',
  address: 'webhooks.noPublicAddress',
  plain_http: 'webhooks.notEncrypted',
};

/** Developers who give an internal address mostly want to test webhooks on their own machine. */
const FIXES: Readonly<Record<Reason, (url: string) => ErrorText>> = {
  unreadable_url: ({ length }) =>
    length > URL_CHARS_MAX
      ? { 'webhooks.shortenUrl': { limit: URL_CHARS_MAX } }
      : 'webhooks.useFullUrl',
  scheme: () => 'webhooks.useHttps',
  credentials: () => 'webhooks.removeCredentialsFromUrl',
  port: (url) => ({ 'webhooks.useAllowedPort': { port: new URL(url).port } }),
  host: (url) => ({ 'webhooks.usePublicHost': { host: new URL(url).hostname } }),
  address: () => 'webhooks.usePublicAddress',
  plain_http: () => 'webhooks.useHttpsForLive',
};

/** Throws `Problem` for a URL that we would never post to. */
export async function assertWebhookUrl(
  checkUrl: Egress['checkUrl'],
  mode: Mode,
  url: string,
): Promise<void> {
  const refused = await checkUrl(url, { requireTls: mode === 'live' });
  if (refused === null) return;
  throw invalidMember('/url', REFUSED[refused.reason], FIXES[refused.reason](url));
}
