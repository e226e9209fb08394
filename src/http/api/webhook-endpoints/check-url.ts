import type { ErrorText } from '../../../kernel/errors.ts';
import type { Mode } from '../../../kernel/tenant.ts';
import { type Egress, type Refusal, URL_CHARS_MAX } from '../../../platform/net/egress.ts';
import { invalidMember } from '../../kit/validation.ts';

type Reason = Refusal['reason'];

const REFUSED: Readonly<Record<Reason, ErrorText>> = {
  unreadable_url: 'webhooks.notUrl',
  scheme: 'webhooks.beginsNeitherHttpsNor',
  credentials: 'webhooks.containsUserNamePassword',
  port: 'webhooks.portBelongsAnotherProtocol',
  host: 'webhooks.webhooksCannotSentHost',
  address: 'webhooks.hostNoAddressPublic',
  plain_http: 'webhooks.notEncrypted',
};

/** Developers who give an internal address mostly want to test webhooks on their own machine. */
const FIXES: Readonly<Record<Reason, (url: string) => ErrorText>> = {
  unreadable_url: ({ length }) =>
    length > URL_CHARS_MAX
      ? ['webhooks.expectedShorter', { limit: URL_CHARS_MAX }]
      : 'webhooks.expectedUrl',
  scheme: () => 'webhooks.expectedHttps',
  credentials: () => 'webhooks.expectedWithoutUser',
  port: (url) => ['webhooks.expectedUsualPort', { port: new URL(url).port }],
  host: (url) => ['webhooks.expectedPublicHost', { host: new URL(url).hostname }],
  address: () => 'webhooks.expectedPublicAddress',
  plain_http: () => 'webhooks.expectedEncrypted',
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
