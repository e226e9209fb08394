import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
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
  kind: 'email',
  to: 'someone@customers.example',
  malformed: ['nobody', 'a@b.example\r\nBcc: x@y.example'],
  refusedTo: 'refused@customers.example',
  statusIsAll: true,
  start,
};

const KEY = 'SG.a-test-key.not-a-real-one';

async function start(): Promise<BenchServer> {
  const accepted: AcceptedMessage[] = [];
  function answer(call: FakeCall): FakeAnswer {
    if (call.headers['authorization'] !== `Bearer ${KEY}`) {
      return problem(401, null, 'The provided authorization grant is invalid, expired, or revoked');
    }
    if (call.path === '/v3/scopes') return { status: 200, body: { scopes: ['mail.send'] } };
    const sent = JSON.parse(call.body.toString('utf8'));
    const [{ to, custom_args: args }] = sent.personalizations;
    if (to[0].email.startsWith('refused@')) {
      const field = 'personalizations.0.to.0.email';
      return problem(400, field, `Does not contain a valid address: ${to[0].email}`);
    }
    if (typeof args.waybill_notification !== 'string' || sent.content[0].type !== 'text/plain') {
      return problem(400, 'content', 'The order of the contents is wrong');
    }
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(sent.headers)) {
      // According to SendGrid's API, a header is one line.
      if (/[\r\n]/.test(`${name}${value}`))
        return problem(400, 'headers', 'Line breaks in a header');
      headers[name.toLowerCase()] = String(value);
    }
    headers['from'] = `${sent.from.name ?? ''} <${sent.from.email}>`;
    accepted.push({
      to: to[0].email,
      text: sent.content[0].value,
      subject: sent.subject,
      key: headers['message-id'] ?? null,
      headers,
    });
    return { status: 202, headers: { 'x-message-id': `sg-test-${accepted.length}` } };
  }
  const fake = await startFake(({ method }) => method === 'POST', answer, {
    errors: [{ message: 'something is wrong', field: null, help: null }],
  });
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const config = {
    api_key: KEY,
    webhook_public_key: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    from_address: 'parcels@shop.example',
  };
  return {
    config,
    wrongConfig: { ...config, api_key: 'SG.another-test-key.unknown' },
    apiUrl: fake.url,
    nowhere: { config, apiUrl: NOWHERE },
    fault: (fault) => fake.fault(fault),
    accepted: () => accepted,
    deliveryStatuses: deliveryStatusesOf(privateKey),
    close: () => fake.close(),
  };
}

function problem(status: number, field: string | null, message: string): FakeAnswer {
  return { status, body: { errors: [{ message, field, help: null }] } };
}

function deliveryStatusesOf(key: KeyObject): BenchDeliveryStatuses {
  return {
    dated: true,
    states: ['delivered', 'bounced', 'complained'],
    call: (deliveryStatus) =>
      signedCall(key, JSON.stringify([eventOf(deliveryStatus)]), deliveryStatus.nowMs),
    unreadable: (nowMs) => signedCall(key, '{"not":"a list"}', nowMs),
  };
}

function eventOf({ state, notificationId, providerId, nowMs }: ReportedStatus) {
  return {
    email: 'someone@customers.example',
    timestamp: Math.floor(nowMs / 1_000),
    'smtp-id': '<test@smtp.example>',
    sg_event_id: 'ZGVsaXZlcmVkLTA',
    sg_message_id: `${providerId}.recvd-5f9f-1-x.0`,
    waybill_notification: notificationId,
    ...(state === 'delivered'
      ? { event: 'delivered', response: '250 OK' }
      : state === 'complained'
        ? { event: 'spamreport' }
        : { event: 'bounce', type: 'bounce', status: '5.1.1', reason: '550 5.1.1 No such user' }),
  };
}

function signedCall(key: KeyObject, body: string, nowMs: number): DeliveryStatusCall {
  const timestamp = String(Math.floor(nowMs / 1_000));
  return {
    method: 'POST',
    url: 'https://hub.example/webhooks/providers/sendgrid',
    headers: {
      'content-type': 'application/json',
      'x-twilio-email-event-webhook-timestamp': timestamp,
      'x-twilio-email-event-webhook-signature': sign(
        'sha256',
        Buffer.from(timestamp + body),
        key,
      ).toString('base64'),
    },
    body: Buffer.from(body),
    nowMs,
  };
}
