import { z } from 'zod';
import { issueText } from '../../../../kernel/wire/explain-issues.ts';
import type { Channel, Message, SendOutcome } from '../../contract.ts';
import {
  accepted,
  badAddress,
  jsonOf,
  outcomeOfFailure,
  outcomeOfStatus,
  refused,
} from '../exchange.ts';
import {
  automaticMailHeaders,
  headerText,
  isMailAddress,
  messageIdOf,
  type RenderedMail,
  senderMembers,
  senderName,
  senderOf,
  unsubscribeHeaders,
} from '../mail.ts';
import { type ChannelDeps, type ChannelVerdict, channelPlugin } from '../plugin.ts';
import { NOTIFICATION_ARGUMENT, sendgridDeliveryStatuses } from './delivery-statuses.ts';

const ORIGIN = 'https://api.sendgrid.com';

const configSchema = z.strictObject({
  api_key: z
    .string()
    .regex(
      /^SG\.[\w.-]{10,200}$/,
      issueText({ 'notifications.expectedKeyBeginning': { prefix: 'SG.' } }),
    ),
  /** Of the signed event webhook; absent: delivery statuses are refused. */
  webhook_public_key: z
    .string()
    .regex(/^[A-Za-z0-9+/]{80,400}={0,2}$/, issueText('notifications.expectedVerificationKey'))
    .optional(),
  ...senderMembers,
});
type SendgridConfig = z.output<typeof configSchema>;

/**
 * SendGrid, API v3 (`mail/send`, read 2026-11-20). It keeps the Message-ID that we set
 * (anymail/django-anymail#108), so that a receiver of both recognizes a repeat.
 */
export const plugin = channelPlugin({
  provider: 'sendgrid',
  kinds: ['email'],
  hasDeliveryStatuses: true,
  configSchema,
  secrets: ['api_key'],
  open,
  verify,
});

function open(config: SendgridConfig, _kind: unknown, deps: ChannelDeps): Channel {
  const authorization = `Bearer ${config.api_key}`;
  return {
    provider: 'sendgrid',
    kind: 'email',
    repeat: 'recognizable',
    takes: isMailAddress,
    deliveryStatuses: sendgridDeliveryStatuses(config.webhook_public_key),
    async send(message) {
      const { rendered } = message;
      if (rendered.kind !== 'email') return refused('not an email');
      if (!isMailAddress(message.to)) return badAddress('not an email address');
      const answer = await deps.http.send({
        method: 'POST',
        url: `${deps.apiUrl ?? ORIGIN}/v3/mail/send`,
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify(bodyOf(config, message, rendered)),
      });
      return outcomeOf(answer, deps);
    },
  };
}

function bodyOf(config: SendgridConfig, message: Message, rendered: RenderedMail): unknown {
  const sender = senderOf(config);
  const name = senderName(rendered.fromName ?? sender.name);
  const replyTo = rendered.replyTo ?? sender.replyTo;
  return {
    personalizations: [
      {
        to: [{ email: message.to }],
        custom_args: { [NOTIFICATION_ARGUMENT]: message.notificationId },
      },
    ],
    from: { email: sender.address, ...(name === null ? {} : { name }) },
    ...(replyTo === null || !isMailAddress(replyTo) ? {} : { reply_to: { email: replyTo } }),
    subject: headerText(rendered.subject),
    content: [
      { type: 'text/plain', value: rendered.text },
      { type: 'text/html', value: rendered.html },
    ],
    headers: {
      'Message-ID': messageIdOf(message.notificationId, sender.address),
      ...automaticMailHeaders(message.notificationId),
      ...unsubscribeHeaders(rendered),
    },
    // Links are signed and personal, so they must not be rewritten or tracked.
    tracking_settings: {
      click_tracking: { enable: false, enable_text: false },
      open_tracking: { enable: false },
    },
  };
}

const problems = z.object({ errors: z.array(z.object({ field: z.string().nullish() })) });

function outcomeOf(
  answer: Awaited<ReturnType<ChannelDeps['http']['send']>>,
  deps: ChannelDeps,
): SendOutcome {
  if (answer.kind === 'failed') return outcomeOfFailure(answer);
  if (answer.status === 202) return accepted(answer.headers['x-message-id'] ?? null);
  const read = problems.safeParse(jsonOf(answer.text));
  const field = read.data?.errors[0]?.field ?? undefined;
  if (answer.status === 400 && field !== undefined && /^personalizations\.\d+\.to/.test(field)) {
    return badAddress('the provider answers 400: not an address');
  }
  const nowMs = deps.clock.nowMs();
  return outcomeOfStatus(answer.status, withRetryAfter(answer.headers, nowMs), {
    repeat: 'recognizable',
    nowMs,
    code: field,
  });
}

/**
 * Derives `retry-after` from SendGrid's `x-ratelimit-reset`, the Unix second at which the limit
 * resets.
 */
function withRetryAfter(
  headers: Readonly<Record<string, string>>,
  nowMs: number,
): Readonly<Record<string, string>> {
  const reset = Number(headers['x-ratelimit-reset']);
  if (headers['retry-after'] !== undefined || !Number.isSafeInteger(reset)) return headers;
  return { ...headers, 'retry-after': String(Math.max(1, reset - Math.floor(nowMs / 1_000))) };
}

async function verify(config: SendgridConfig, deps: ChannelDeps): Promise<ChannelVerdict> {
  const answer = await deps.http.send({
    method: 'GET',
    url: `${deps.apiUrl ?? ORIGIN}/v3/scopes`,
    headers: { authorization: `Bearer ${config.api_key}` },
  });
  if (answer.kind === 'failed')
    return {
      state: 'unverified',
      reason: { 'notifications.providerSilent': { why: answer.reason } },
    };
  const reason = { 'notifications.providerAnswers': { status: String(answer.status) } };
  if (answer.status === 401) return { state: 'refused', reason };
  if (answer.status !== 200) return { state: 'unverified', reason };
  const read = z.object({ scopes: z.array(z.string()) }).safeParse(jsonOf(answer.text));
  if (read.data?.scopes.includes('mail.send') === true) return { state: 'verified' };
  return { state: 'refused', reason: { 'notifications.keyLacksScope': { scope: 'mail.send' } } };
}
