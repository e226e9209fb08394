import { createHmac } from 'node:crypto';
import type { DeliveryStatusCall } from '../../contract.ts';
import {
  type AcceptedMessage,
  type BenchDeliveryStatuses,
  type BenchServer,
  type ChannelBench,
  type FakeAnswer,
  type FakeCall,
  NOWHERE,
  type ReportedStatus,
  startFake,
} from '../test-bench.ts';

export const bench: ChannelBench = {
  kind: 'sms',
  to: '+4915112345678',
  malformed: ['0151 1234567', '+49abc', '4915112345678', '+4915112345678,+4915112345679'],
  refusedTo: '+15005550001',
  start,
};

const SID = `AC${'0123456789abcdef'.repeat(2)}`;
const TOKEN = 'a-test-auth-token-of-nobody';

async function start(): Promise<BenchServer> {
  const accepted: AcceptedMessage[] = [];
  function answer(call: FakeCall): FakeAnswer {
    const basic = `Basic ${Buffer.from(`${SID}:${TOKEN}`).toString('base64')}`;
    if (call.headers['authorization'] !== basic) return problem(401, 20003, 'Authenticate');
    if (call.path === `/2010-04-01/Accounts/${SID}.json`) {
      return { status: 200, body: { sid: SID, status: 'active' } };
    }
    if (call.path !== `/2010-04-01/Accounts/${SID}/Messages.json`) {
      return problem(404, 20404, 'The requested resource was not found');
    }
    const form = new URLSearchParams(call.body.toString('utf8'));
    const to = form.get('To') ?? '';
    if (to === '+15005550001') {
      return problem(400, 21211, `The 'To' number ${to} is not a valid phone number.`);
    }
    if (form.get('From') === null) return problem(400, 21603, "A 'From' phone number is required.");
    accepted.push({ to, text: form.get('Body') ?? '', subject: null, key: null, headers: null });
    return {
      status: 201,
      body: {
        sid: `SM${String(accepted.length).padStart(32, '0')}`,
        status: 'queued',
        error_code: null,
      },
    };
  }
  const fake = await startFake(({ method }) => method === 'POST', answer, {
    code: 20500,
    message: 'Something is wrong',
    more_info: 'https://www.twilio.com/docs/errors/20500',
    status: 500,
  });
  const config = { account_sid: SID, auth_token: TOKEN, from: '+15005550006' };
  return {
    config,
    wrongConfig: { ...config, auth_token: 'another-test-auth-token' },
    apiUrl: fake.url,
    nowhere: { config, apiUrl: NOWHERE },
    fault: (fault) => fake.fault(fault),
    accepted: () => accepted,
    deliveryStatuses,
    close: () => fake.close(),
  };
}

function problem(status: number, code: number, message: string): FakeAnswer {
  const more = `https://www.twilio.com/docs/errors/${code}`;
  return { status, body: { code, message, more_info: more, status } };
}

const deliveryStatuses: BenchDeliveryStatuses = {
  dated: false,
  states: ['delivered', 'bounced'],
  call: (deliveryStatus) => callOf(formOf(deliveryStatus), deliveryStatus),
  unreadable: (nowMs) => callOf({ Nothing: 'known' }, { notificationId: 'x', nowMs }),
};

function formOf({ state, providerId }: ReportedStatus): Record<string, string> {
  return {
    AccountSid: SID,
    From: '+15005550006',
    MessageSid: providerId,
    SmsSid: providerId,
    To: '+4915112345678',
    ...(state === 'delivered'
      ? { MessageStatus: 'delivered', SmsStatus: 'delivered' }
      : { MessageStatus: 'undelivered', SmsStatus: 'undelivered', ErrorCode: '30005' }),
  };
}

/**
 * A signed call as in Twilio's documentation: the URL, then each name and value in order of the
 * names.
 */
function callOf(
  form: Readonly<Record<string, string>>,
  { notificationId, nowMs, at }: Pick<ReportedStatus, 'notificationId' | 'nowMs' | 'at'>,
): DeliveryStatusCall {
  const url = `${at ?? 'https://hub.example/webhooks/providers/twilio'}?notification=${notificationId}`;
  const text = Object.keys(form)
    .sort()
    .reduce((all, name) => `${all}${name}${form[name]}`, url);
  return {
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': createHmac('sha1', TOKEN).update(text).digest('base64'),
    },
    body: Buffer.from(new URLSearchParams(form).toString()),
    nowMs,
  };
}
