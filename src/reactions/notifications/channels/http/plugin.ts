import { z } from 'zod';
import { issueText } from '../../../../kernel/wire/explain-issues.ts';
import {
  isStandardSecret,
  standardHeaders,
  standardKey,
} from '../../../../kernel/wire/standard-webhooks.ts';
import type { Channel, Message, SendOutcome } from '../../contract.ts';
import { accepted, badAddress, outcomeOfFailure, outcomeOfStatus, refused } from '../exchange.ts';
import { type ChannelDeps, channelPlugin } from '../plugin.ts';
import { secretOfTenant } from '../signature.ts';

const URL_CHARS_MAX = 2_048;

const configSchema = z.strictObject({
  /** The secret: `whsec_` and 24 to 64 bytes in Base64. */
  signing_secret: z
    .string()
    .refine(isStandardSecret, issueText('notifications.expectedSigningSecret')),
});

/**
 * Sends a message as JSON to a URL that a rule or a subscriber named, signed as in Standard
 * Webhooks. `webhook-id` is the notification's id, by which a receiver recognizes a repeat. Each
 * merchant's messages are signed with a secret derived from the installation's. Messages about live
 * parcels are sent by TLS only.
 */
export const plugin = channelPlugin({
  provider: 'http',
  kinds: ['webhook'],
  configSchema,
  secrets: ['signing_secret'],
  open: ({ signing_secret: secret }, _kind, deps): Channel => ({
    provider: 'http',
    kind: 'webhook',
    repeat: 'idempotent',
    takes: isUrl,
    async send(message) {
      const { rendered } = message;
      if (rendered.kind !== 'webhook') return refused('not a webhook');
      if (!isUrl(message.to)) return badAddress('not an http:// or https:// URL');
      const body = JSON.stringify(rendered.body);
      const nowMs = deps.clock.nowMs();
      const { tenant, notificationId: id } = message;
      const signingSecret = deps.trusted ? secretOfTenant(secret, tenant) : secret;
      const signed = standardHeaders({ id, sentMs: nowMs, body }, [standardKey(signingSecret)]);
      const headers = { 'content-type': 'application/json', ...signed };
      const requireTls = tenant.mode === 'live';
      const answer = await deps.post.post({ url: message.to, headers, body, requireTls });
      return outcomeOf(answer, message, nowMs);
    },
  }),
});

function isUrl(text: string): boolean {
  return text.length <= URL_CHARS_MAX && /^https?:\/\//.test(text) && URL.canParse(text);
}

function outcomeOf(
  answer: Awaited<ReturnType<ChannelDeps['post']['post']>>,
  message: Message,
  nowMs: number,
): SendOutcome {
  if (answer.kind === 'refused') return badAddress(`the URL is refused (${answer.reason})`);
  if (answer.kind === 'failed') return outcomeOfFailure(answer);
  if (answer.status >= 200 && answer.status < 300) return accepted(message.notificationId);
  if (answer.status === 410) return badAddress('the receiver answers 410: it wants no more');
  return outcomeOfStatus(answer.status, answer.headers, { repeat: 'idempotent', nowMs });
}
