import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { issueText } from '../../../../kernel/wire/explain-issues.ts';
import { constantTimeEquals } from '../../../../kernel/wire/hmac.ts';
import type {
  Channel,
  DeliveryStatus,
  DeliveryStatusReader,
  Message,
  SendOutcome,
} from '../../contract.ts';
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
import { type ChannelDeps, type ChannelVerdict, channelPlugin } from '../plugin.ts';

/**
 * The query parameter with the notification's id in the URL that Twilio calls; the signature covers
 * it.
 */
const NOTIFICATION_PARAMETER = 'notification';

const BODY_BYTES_MAX = 64 * 1_024;

/**
 * Reads status callbacks. `X-Twilio-Signature` is an HMAC-SHA1 with the account's token over the
 * URL followed by every parameter's name and value, in order of the names. It contains no time; a
 * repeated callback has no further effect.
 */
export function twilioDeliveryStatuses(authToken: string): DeliveryStatusReader {
  return {
    read: async ({ url, headers, body }) => {
      const offered = headers['x-twilio-signature'];
      if (offered === undefined) return { outcome: 'forged', reason: 'the signature is missing' };
      if (body.length > BODY_BYTES_MAX) return { outcome: 'unreadable', reason: 'too long' };
      const form = new URLSearchParams(Buffer.from(body).toString('utf8'));
      let isOurs = false;
      for (const spelling of spellingsOf(url)) {
        if (constantTimeEquals(offered, signatureOf(authToken, spelling, form))) isOurs = true;
      }
      if (!isOurs) return { outcome: 'forged', reason: 'the signature does not fit' };
      const sid = form.get('MessageSid') ?? form.get('SmsSid');
      const status = form.get('MessageStatus') ?? form.get('SmsStatus');
      if (sid === null || status === null) {
        return { outcome: 'unreadable', reason: 'neither MessageSid nor MessageStatus' };
      }
      const reported = reportedState(status, form.get('ErrorCode'));
      if (reported === null) return { outcome: 'delivery_statuses', deliveryStatuses: [] };
      const notificationId = new URL(url).searchParams.get(NOTIFICATION_PARAMETER);
      return {
        outcome: 'delivery_statuses',
        deliveryStatuses: [{ providerId: sid, notificationId, atMs: null, ...reported }],
      };
    },
  };
}

/** The signature of a call in Base64, as in `X-Twilio-Signature`. */
export function signatureOf(authToken: string, url: string, form: URLSearchParams): string {
  const names = [...new Set(form.keys())].sort();
  const text = names
    .flatMap((name) => [...new Set(form.getAll(name))].sort().map((value) => `${name}${value}`))
    .join('');
  return createHmac('sha1', authToken).update(`${url}${text}`, 'utf8').digest('base64');
}

/** The spellings of a URL that Twilio may have signed: with or without the default port. */
function spellingsOf(url: string): readonly string[] {
  const { protocol, port, host, hostname } = new URL(url);
  if (port !== '') return [url];
  const usual = protocol === 'https:' ? 443 : 80;
  return [url, url.replace(`//${host}`, `//${hostname}:${usual}`)];
}

/** Error codes of undelivered messages which mean that the number never accepts messages. */
const FOR_GOOD: ReadonlySet<string> = new Set(['21610', '21614', '30005', '30006']);

function reportedState(
  status: string,
  code: string | null,
): Pick<DeliveryStatus, 'state' | 'permanent' | 'reason'> | null {
  switch (status) {
    case 'delivered':
    case 'read':
      return { state: 'delivered', permanent: false, reason: null };
    case 'undelivered':
    case 'failed': {
      const permanent = code !== null && FOR_GOOD.has(code);
      const reason = code !== null && /^\d{1,6}$/.test(code) ? code : null;
      return { state: permanent ? 'bounced' : 'failed', permanent, reason };
    }
    default:
      return null;
  }
}

const ORIGIN = 'https://api.twilio.com';
/**
 * The maximum length of a text: the API's limit of ten parts, far more than anyone should receive.
 */
const TEXT_CHARS_MAX = 1_600;

const configSchema = z
  .strictObject({
    account_sid: z
      .string()
      .regex(/^AC[0-9a-f]{32}$/, issueText({ 'notifications.expectedHexAfter': { prefix: 'AC' } })),
    /** Signs delivery statuses too. */
    auth_token: z.string().min(16).max(200),
    /** A number in E.164, a short code or a sender's name of 11 characters. */
    from: z
      .string()
      .regex(
        /^(?:\+[1-9]\d{6,14}|\d{4,8}|[A-Za-z0-9 ]{1,11})$/,
        issueText('notifications.expectedNumberOrName'),
      )
      .optional(),
    messaging_service_sid: z
      .string()
      .regex(/^MG[0-9a-f]{32}$/, issueText({ 'notifications.expectedHexAfter': { prefix: 'MG' } }))
      .optional(),
  })
  .refine(
    (config) => (config.from === undefined) !== (config.messaging_service_sid === undefined),
    {
      path: ['from'],
      error: issueText('notifications.expectedFromOrService'),
    },
  );
type TwilioConfig = z.output<typeof configSchema>;

/**
 * Twilio, Programmable Messaging 2010-04-01 (read 2026-11-20). It has no idempotency key for
 * messages, so an SMS that may have gone out is never sent again.
 */
export const plugin = channelPlugin({
  provider: 'twilio',
  kinds: ['sms'],
  hasDeliveryStatuses: true,
  configSchema,
  secrets: ['auth_token'],
  open,
  verify,
});

/** Whether the text is a phone number in E.164. */
function isPhoneNumber(text: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(text);
}

function open(config: TwilioConfig, _kind: unknown, deps: ChannelDeps): Channel {
  return {
    provider: 'twilio',
    kind: 'sms',
    repeat: 'never',
    takes: isPhoneNumber,
    deliveryStatuses: twilioDeliveryStatuses(config.auth_token),
    async send(message) {
      const { rendered } = message;
      if (rendered.kind !== 'sms') return refused('not an SMS');
      if (!isPhoneNumber(message.to)) return badAddress('not a phone number in E.164');
      if (rendered.text.length > TEXT_CHARS_MAX) return refused('longer than 1600 characters');
      const answer = await deps.freshHttp.send({
        method: 'POST',
        url: `${accountUrl(config, deps)}/Messages.json`,
        headers: {
          authorization: basicAuthorization(config),
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: messageForm(config, message, rendered.text, deps.deliveryStatusUrl()).toString(),
      });
      return outcomeOf(answer, deps);
    },
  };
}

function accountUrl(config: TwilioConfig, { apiUrl }: ChannelDeps): string {
  return `${apiUrl ?? ORIGIN}/2010-04-01/Accounts/${config.account_sid}`;
}

function basicAuthorization({ account_sid: sid, auth_token: token }: TwilioConfig): string {
  return `Basic ${Buffer.from(`${sid}:${token}`, 'utf8').toString('base64')}`;
}

function messageForm(
  config: TwilioConfig,
  message: Message,
  text: string,
  deliveryStatusUrl: string | null,
): URLSearchParams {
  const form = new URLSearchParams({ To: message.to, Body: text });
  if (config.from !== undefined) form.set('From', config.from);
  if (config.messaging_service_sid !== undefined) {
    form.set('MessagingServiceSid', config.messaging_service_sid);
  }
  if (deliveryStatusUrl !== null) {
    // The notification's id is part of the signed URL, so a callback can be matched even if
    // Twilio's answer never reached us.
    form.set(
      'StatusCallback',
      `${deliveryStatusUrl}?${NOTIFICATION_PARAMETER}=${message.notificationId}`,
    );
  }
  return form;
}

/** The number does not exist, cannot receive SMS, or replied STOP. */
const ADDRESS_ERROR_CODES: ReadonlySet<number> = new Set([21211, 21214, 21217, 21610, 21614]);
/** A problem with the sender or the account; the message waits until it is fixed. */
const SENDER_ERROR_CODES: ReadonlySet<number> = new Set([
  20003, 20005, 21212, 21603, 21606, 21608, 21659,
]);

const problem = z.object({ code: z.number() });

function outcomeOf(
  answer: Awaited<ReturnType<ChannelDeps['http']['send']>>,
  deps: ChannelDeps,
): SendOutcome {
  if (answer.kind === 'failed') return outcomeOfFailure(answer);
  const json = jsonOf(answer.text);
  if (answer.status === 201 || answer.status === 200) {
    const read = z.object({ sid: z.string().regex(/^[A-Z]{2}\w{32}$/) }).safeParse(json);
    return read.success ? accepted(read.data.sid) : unknown('an answer without a message sid');
  }
  const code = problem.safeParse(json).data?.code;
  if (code !== undefined && ADDRESS_ERROR_CODES.has(code))
    return badAddress(`the provider answers ${code}`);
  if (code !== undefined && SENDER_ERROR_CODES.has(code))
    return retry(`the provider answers ${code}`);
  const nowMs = deps.clock.nowMs();
  return outcomeOfStatus(answer.status, answer.headers, { repeat: 'never', nowMs, code });
}

async function verify(config: TwilioConfig, deps: ChannelDeps): Promise<ChannelVerdict> {
  const answer = await deps.http.send({
    method: 'GET',
    url: `${accountUrl(config, deps)}.json`,
    headers: { authorization: basicAuthorization(config) },
  });
  if (answer.kind === 'failed')
    return {
      state: 'unverified',
      reason: { 'notifications.providerSilent': { why: answer.reason } },
    };
  const reason = { 'notifications.providerAnswers': { status: String(answer.status) } };
  if (answer.status === 401 || answer.status === 404) return { state: 'refused', reason };
  if (answer.status !== 200) return { state: 'unverified', reason };
  const read = z.object({ status: z.string() }).safeParse(jsonOf(answer.text));
  if (read.data?.status === 'active') return { state: 'verified' };
  return { state: 'refused', reason: 'notifications.accountNotActive' };
}
