import { z } from 'zod';
import { definedOnly } from '../../../../kernel/defined-only.ts';
import { issueText } from '../../../../kernel/wire/explain-issues.ts';
import { signAwsRequest } from '../../../../platform/net/sign-aws-request.ts';
import type { Channel, DeliveryStatus, DeliveryStatusReader, SendOutcome } from '../../contract.ts';
import {
  accepted,
  badAddress,
  jsonOf,
  outcomeOfFailure,
  outcomeOfStatus,
  refused,
  retry,
  unknown,
} from '../exchange.ts';
import { composeMail, isMailAddress, senderMembers, senderOf } from '../mail.ts';
import { type ChannelDeps, type ChannelVerdict, channelPlugin } from '../plugin.ts';
import { createSnsReader } from './sns-message.ts';

/**
 * The tag with the notification's id. Events return it, so that they can be matched even if the
 * answer of SES never reached us.
 */
const NOTIFICATION_TAG = 'waybill_notification';

/**
 * An event of SES as SNS delivers it: published by a configuration set (`eventType`) or reported by
 * the identity itself (`notificationType`). The members that we read are the same.
 */
const eventSchema = z.object({
  eventType: z.string().optional(),
  notificationType: z.string().optional(),
  mail: z.object({
    messageId: z.string().max(200),
    tags: z.record(z.string(), z.array(z.string())).optional(),
  }),
  bounce: z
    .object({ bounceType: z.string().optional(), bounceSubType: z.string().optional() })
    .optional(),
  complaint: z.object({ complaintFeedbackType: z.string().optional() }).optional(),
});
type SesEvent = z.output<typeof eventSchema>;

/**
 * Reads delivery statuses of SES.
 *
 * @param topics the topics that are accepted: anybody can have one, and AWS signs for all.
 */
function sesDeliveryStatuses(topics: readonly string[], deps: ChannelDeps): DeliveryStatusReader {
  const sns = createSnsReader(deps.http, topics, deps.apiUrl);
  return {
    async read({ body, nowMs }) {
      const verdict = await sns.read(body, nowMs);
      if (verdict.outcome !== 'authentic') return verdict;
      const { message } = verdict;
      if (message.type === 'SubscriptionConfirmation') {
        const isConfirmed = await sns.confirm(message);
        return isConfirmed
          ? { outcome: 'delivery_statuses', deliveryStatuses: [] }
          : { outcome: 'unreadable', reason: 'the subscription could not be confirmed' };
      }
      if (message.type !== 'Notification')
        return { outcome: 'delivery_statuses', deliveryStatuses: [] };
      const event = eventSchema.safeParse(jsonOf(message.message));
      // SES posts a sentence to a topic when the topic is connected. It is no event, and no error.
      if (!event.success) return { outcome: 'delivery_statuses', deliveryStatuses: [] };
      const deliveryStatus = toDeliveryStatus(event.data, message.atMs);
      return {
        outcome: 'delivery_statuses',
        deliveryStatuses: deliveryStatus === null ? [] : [deliveryStatus],
      };
    },
  };
}

function toDeliveryStatus(event: SesEvent, atMs: number): DeliveryStatus | null {
  const reported = reportedState(event);
  if (reported === null) return null;
  const notificationId = event.mail.tags?.[NOTIFICATION_TAG]?.[0] ?? null;
  return { providerId: event.mail.messageId, notificationId, atMs, ...reported };
}

/** Returns the state that an event reports; null: it is about something else, such as a click. */
function reportedState(
  event: SesEvent,
): Pick<DeliveryStatus, 'state' | 'permanent' | 'reason'> | null {
  switch (event.eventType ?? event.notificationType) {
    case 'Delivery':
      return { state: 'delivered', permanent: false, reason: null };
    case 'Bounce': {
      const { bounceType = 'Undetermined', bounceSubType = '' } = event.bounce ?? {};
      const permanent = bounceType === 'Permanent';
      return { state: 'bounced', permanent, reason: `${bounceType} ${bounceSubType}`.trim() };
    }
    case 'Complaint': {
      const reason = event.complaint?.complaintFeedbackType ?? 'complaint';
      return { state: 'complained', permanent: true, reason };
    }
    case 'Reject':
      return { state: 'failed', permanent: false, reason: 'rejected by the provider' };
    case 'DeliveryDelay':
      return { state: 'deferred', permanent: false, reason: null };
    default:
      return null;
  }
}

const TOPIC_ARN = /^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w.-]{1,256}$/;

const configSchema = z.strictObject({
  region: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/, issueText('notifications.expectedRegion')),
  access_key_id: z.string().regex(/^\w{16,128}$/, issueText('notifications.expectedAccessKeyId')),
  secret_access_key: z.string().min(16).max(200),
  session_token: z.string().min(1).max(4_000).optional(),
  /**
   * The configuration set that publishes events; without it, only the identity's own notifications
   * arrive.
   */
  configuration_set: z
    .string()
    .regex(/^[\w-]{1,64}$/, issueText('notifications.expectedConfigurationSet'))
    .optional(),
  /**
   * The topics whose delivery statuses are accepted. If there is none, all are refused, because
   * anybody can have a topic.
   */
  topic_arns: z
    .array(z.string().regex(TOPIC_ARN, issueText('notifications.expectedTopicArn')))
    .max(10)
    .default([]),
  ...senderMembers,
});
type SesConfig = z.output<typeof configSchema>;

/**
 * Amazon SES, API v2 (`SendEmail` with raw content; API reference read 2026-11-20). SES replaces
 * our Message-ID by its own and has no idempotency key, so a mail that may have been sent is never
 * repeated.
 */
export const plugin = channelPlugin({
  provider: 'ses',
  kinds: ['email'],
  hasDeliveryStatuses: true,
  configSchema,
  secrets: ['secret_access_key', 'session_token'],
  open,
  verify,
});

function open(config: SesConfig, _kind: unknown, deps: ChannelDeps): Channel {
  return {
    provider: 'ses',
    kind: 'email',
    repeat: 'never',
    takes: isMailAddress,
    deliveryStatuses: sesDeliveryStatuses(config.topic_arns, deps),
    async send(message) {
      const { rendered } = message;
      if (rendered.kind !== 'email') return refused('not an email');
      if (!isMailAddress(message.to)) return badAddress('not an email address');
      const mail = await composeMail(message, rendered, senderOf(config), deps.clock.nowMs());
      const body = {
        Destination: { ToAddresses: [message.to] },
        Content: { Raw: { Data: mail.bytes.toString('base64') } },
        EmailTags: [{ Name: NOTIFICATION_TAG, Value: message.notificationId }],
        ...definedOnly({ ConfigurationSetName: config.configuration_set }),
      };
      return outcomeOf(await call(config, deps, 'POST', '/v2/email/outbound-emails', body), deps);
    },
  };
}

type Answer = Awaited<ReturnType<ChannelDeps['http']['send']>>;

/** Calls the API, signed with Signature Version 4 at our clock's time. */
async function call(
  config: SesConfig,
  deps: ChannelDeps,
  method: 'GET' | 'POST',
  path: string,
  content: unknown,
): Promise<Answer> {
  const { origin } = new URL(deps.apiUrl ?? `https://email.${config.region}.amazonaws.com`);
  const url = `${origin}${path}`;
  const body = content === undefined ? undefined : JSON.stringify(content);
  const headers = await signAwsRequest(
    {
      service: 'ses',
      region: config.region,
      credentials: {
        accessKeyId: config.access_key_id,
        secretAccessKey: config.secret_access_key,
        ...definedOnly({ sessionToken: config.session_token }),
      },
      method,
      url: new URL(url),
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body,
    },
    deps.clock.nowMs(),
  );
  return deps.freshHttp.send({ method, url, headers, ...definedOnly({ body }) });
}

/** Problems with the account; the mail waits until they are fixed. */
const SENDER_ERROR_TYPES: ReadonlySet<string> = new Set([
  'AccountSuspendedException',
  'SendingPausedException',
  'MailFromDomainNotVerifiedException',
  'LimitExceededException',
  'NotFoundException',
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
]);

/** How SES reports an address that it cannot parse. */
const ADDRESS_ERROR_TEXT =
  /illegal address|missing final '@domain'|domain (?:contains|starts|ends)|local[- ]part/i;

function outcomeOf(answer: Answer, deps: ChannelDeps): SendOutcome {
  if (answer.kind === 'failed') return outcomeOfFailure(answer);
  const json = jsonOf(answer.text);
  if (answer.status === 200) {
    const read = z.object({ MessageId: z.string().min(1).max(200) }).safeParse(json);
    return read.success ? accepted(read.data.MessageId) : unknown('an answer without a MessageId');
  }
  const { type: code, message } = readProblem(answer.headers, json);
  const nowMs = deps.clock.nowMs();
  const common = outcomeOfStatus(answer.status, answer.headers, { repeat: 'never', nowMs, code });
  if (code !== undefined && SENDER_ERROR_TYPES.has(code)) {
    return common.outcome === 'retry' ? common : retry(`the provider answers ${code}`);
  }
  // "Email address is not verified": this is about the sender's, or about any address while the
  // account is in the sandbox.
  if (code === 'MessageRejected' && /not verified/i.test(message)) {
    return retry('the provider answers MessageRejected: an identity is not verified');
  }
  if (code === 'BadRequestException' && ADDRESS_ERROR_TEXT.test(message)) {
    return badAddress(`the provider answers ${code}: not an address`);
  }
  return common;
}

/** Returns the type and the message of an error answer; empty if it has none. */
function readProblem(
  headers: Readonly<Record<string, string>>,
  json: unknown,
): { readonly type: string | undefined; readonly message: string } {
  const read = z
    .object({ __type: z.string().optional(), message: z.string().optional() })
    .safeParse(json);
  const named = headers['x-amzn-errortype'] ?? read.data?.__type;
  // Both forms may have a namespace before the type and a URL after it.
  const type = named?.split(':')[0]?.split('#').pop();
  return { type, message: read.data?.message ?? '' };
}

async function verify(config: SesConfig, deps: ChannelDeps): Promise<ChannelVerdict> {
  const answer = await call(config, deps, 'GET', '/v2/email/account', undefined);
  if (answer.kind === 'failed')
    return {
      state: 'unverified',
      reason: { 'notifications.providerSilent': { why: answer.reason } },
    };
  if (answer.status === 200) return { state: 'verified' };
  const { type } = readProblem(answer.headers, jsonOf(answer.text));
  // A key restricted to sending is denied this call, which proves that the key exists.
  if (type === 'AccessDeniedException') return { state: 'verified' };
  const status = `${answer.status}${type === undefined ? '' : ` (${type})`}`;
  const reason = { 'notifications.providerAnswers': { status } };
  return { state: answer.status === 403 ? 'refused' : 'unverified', reason };
}
