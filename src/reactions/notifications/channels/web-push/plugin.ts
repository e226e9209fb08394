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

/** News of a parcel that a device learns of two days later is none. */
const TTL_S = 2 * 86_400;
/** What push services take encrypted is 4,096 bytes; text is UTF-8 of up to four each. */
const TITLE_CHARS_MAX = 150;
const BODY_CHARS_MAX = 500;

const configSchema = z.strictObject({
  vapid_public_key: base64UrlBytes(65, 'a public key'),
  vapid_private_key: base64UrlBytes(32, 'a private key'),
  /** Whom a push service may write to about us. */
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
      const request = await requestOf(config, subscription, message, rendered);
      if (request === null) return badAddress('a subscription that nothing can be encrypted for');
      // A browser, and so anybody, names the push service: nothing but the public internet.
      const answer = await deps.post.post({ ...request, requireTls: true });
      return outcomeOf(answer, message, deps);
    },
  };
}

function requestOf(
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
    // 32 characters of Base64 for URLs, which the id has without its dashes.
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
  // The address of the message at the service is a secret of its own; ours does as well.
  if (answer.status >= 200 && answer.status < 300) return accepted(message.notificationId);
  if (answer.status === 404 || answer.status === 410) {
    return badAddress(`the push service answers ${answer.status}: the subscription has ended`);
  }
  // 401 and 403 may be our own key: an address is not given up for that.
  const nowMs = deps.clock.nowMs();
  return outcomeOfStatus(answer.status, answer.headers, { repeat: 'recognizable', nowMs });
}

/** Push services know no account: what there is to check is that the keys belong together. */
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
