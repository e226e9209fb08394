import { createECDH } from 'node:crypto';
import { z } from 'zod';
import { issueText } from '../../../../kernel/wire/explain-issues.ts';
import {
  base64UrlBytes,
  type PushRequest,
  type PushSubscription,
  pushRequest,
  readPushSubscription,
} from '../../../../platform/web-push/push-request.ts';
import type { Channel, Message, Rendered, SendOutcome } from '../../contract.ts';
import { accepted, badAddress, outcomeOfFailure, outcomeOfStatus, refused } from '../exchange.ts';
import { type ChannelDeps, type ChannelVerdict, channelPlugin } from '../plugin.ts';

/** How long the push service keeps a message: after two days, it is no news any more. */
const TTL_S = 2 * 86_400;
/**
 * Limits of the texts: push services accept 4,096 encrypted bytes, and a character of UTF-8 has up
 * to four.
 */
const TITLE_CHARS_MAX = 150;
const BODY_CHARS_MAX = 500;

const configSchema = z.strictObject({
  vapid_public_key: base64UrlBytes(65, 'a public key'),
  vapid_private_key: base64UrlBytes(32, 'a private key'),
  /** The contact to whom a push service may write about us. */
  subject: z
    .string()
    .regex(
      /^(?:mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/,
      issueText('notifications.expectedMailtoOrHttps'),
    ),
});
type Config = z.output<typeof configSchema>;

/**
 * Web Push to browsers: RFC 8030, encrypted by RFC 8291, signed by RFC 8292. The topic replaces a
 * message that still waits, the tag one that is shown, so a repeat is not seen twice.
 */
export const plugin = channelPlugin({
  provider: 'web_push',
  kinds: ['push'],
  configSchema,
  secrets: ['vapid_private_key'],
  open,
  verify,
});

function open(config: Config, _kind: unknown, deps: ChannelDeps): Channel {
  return {
    provider: 'web_push',
    kind: 'push',
    repeat: 'recognizable',
    browserKey: config.vapid_public_key,
    takes: (to) => readPushSubscription(to) !== null,
    async send(message) {
      const { rendered } = message;
      if (rendered.kind !== 'push') return refused('not a push');
      const subscription = readPushSubscription(message.to);
      if (subscription === null) return badAddress('not a push subscription');
      const request = await toPushRequest(config, subscription, message, rendered);
      if (request === null) return badAddress('a subscription that nothing can be encrypted for');
      // A browser, and so anybody, chooses the URL of the push service: only the public internet is
      // allowed.
      const answer = await deps.post.post({ ...request, requireTls: true });
      return outcomeOf(answer, message, deps);
    },
  };
}

function toPushRequest(
  config: Config,
  subscription: PushSubscription,
  message: Message,
  rendered: Extract<Rendered, { kind: 'push' }>,
): Promise<PushRequest | null> {
  const payload = JSON.stringify({
    title: rendered.title.slice(0, TITLE_CHARS_MAX),
    body: rendered.body.slice(0, BODY_CHARS_MAX),
    url: rendered.url,
    tag: message.notificationId,
    milestone: message.milestone,
  });
  const keys = {
    publicKey: config.vapid_public_key,
    privateKey: config.vapid_private_key,
    subject: config.subject,
  };
  return pushRequest(keys, subscription, payload, {
    ttlS: TTL_S,
    urgency: 'normal',
    // A topic has up to 32 characters of URL-safe Base64, which the id is without its dashes.
    topic: message.notificationId.replaceAll('-', ''),
  });
}

function outcomeOf(
  answer: Awaited<ReturnType<ChannelDeps['post']['post']>>,
  message: Message,
  deps: ChannelDeps,
): SendOutcome {
  if (answer.kind === 'refused') {
    return badAddress(`the push service is no public address (${answer.reason})`);
  }
  if (answer.kind === 'failed') return outcomeOfFailure(answer);
  // The message's address at the service is a secret, so our own id is used instead.
  if (answer.status >= 200 && answer.status < 300) return accepted(message.notificationId);
  if (answer.status === 404 || answer.status === 410) {
    return badAddress(`the push service answers ${answer.status}: the subscription has ended`);
  }
  // 401 and 403 may be about our own key, so the address is not given up.
  const nowMs = deps.clock.nowMs();
  return outcomeOfStatus(answer.status, answer.headers, { repeat: 'recognizable', nowMs });
}

/**
 * Checks that the keys belong together: push services have no accounts, so there is nothing else to
 * check.
 */
async function verify(config: Config): Promise<ChannelVerdict> {
  const curve = createECDH('prime256v1');
  try {
    curve.setPrivateKey(Buffer.from(config.vapid_private_key, 'base64url'));
  } catch {
    return { state: 'refused', reason: 'notifications.privateKeyNotOnCurve' };
  }
  const isPair = curve.getPublicKey().equals(Buffer.from(config.vapid_public_key, 'base64url'));
  return isPair ? { state: 'verified' } : { state: 'refused', reason: 'notifications.keysNotPair' };
}
