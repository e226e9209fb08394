import { createHash, createHmac, createSign } from 'node:crypto';
import PostalMime from 'postal-mime';
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
import { TEST_CERTIFICATE, TEST_PRIVATE_KEY } from '../test-deps.ts';

export const bench: ChannelBench = {
  kind: 'email',
  to: 'someone@customers.example',
  malformed: ['nobody', 'a@b.example, c@d.example'],
  refusedTo: 'refused@customers.example',
  start,
};

const SECRET = 'a-test-secret-access-key';
const REGION = 'eu-west-1';
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:waybill-test';

/** `SendEmail` and `GetAccount` of API v2, and the certificate of SNS, which signs events. */
async function start(): Promise<BenchServer> {
  const accepted: AcceptedMessage[] = [];
  async function answer(call: FakeCall): Promise<FakeAnswer> {
    if (call.path.endsWith('.pem')) return { status: 200, body: TEST_CERTIFICATE };
    if (call.path === '/confirm') return { status: 200, body: '<ConfirmSubscriptionResponse/>' };
    if (!isSigned(call)) {
      return problem(403, 'SignatureDoesNotMatch', 'The request signature does not match.');
    }
    if (call.path === '/v2/email/account') return { status: 200, body: { SendingEnabled: true } };
    const sent = JSON.parse(call.body.toString('utf8'));
    const [to = ''] = sent.Destination.ToAddresses;
    if (to.startsWith('refused@')) {
      return problem(
        400,
        'BadRequestException',
        `Local-part of ${to} is not valid: Illegal address`,
      );
    }
    const mail = await PostalMime.parse(Buffer.from(sent.Content.Raw.Data, 'base64'));
    accepted.push({
      to,
      text: (mail.text ?? '').trimEnd(),
      subject: mail.subject ?? null,
      // SES replaces the Message-ID, so a repeat has nothing in common with the first mail.
      key: null,
      headers: Object.fromEntries(mail.headers.map(({ key, value }) => [key, value])),
    });
    return { status: 200, body: { MessageId: `0102-test-${accepted.length}` } };
  }
  const fake = await startFake(({ method }) => method === 'POST', answer, {
    message: 'Something is wrong',
  });
  const config = {
    region: REGION,
    access_key_id: 'AKIATESTTESTTEST0001',
    secret_access_key: SECRET,
    configuration_set: 'waybill',
    topic_arns: [TOPIC],
    from_address: 'parcels@shop.example',
  };
  return {
    config,
    wrongConfig: { ...config, secret_access_key: 'another-test-secret-key' },
    apiUrl: fake.url,
    nowhere: { config, apiUrl: NOWHERE },
    fault: (fault) => fake.fault(fault),
    accepted: () => accepted,
    deliveryStatuses: deliveryStatusesOf(fake.url),
    close: () => fake.close(),
  };
}

function problem(status: number, type: string, message: string): FakeAnswer {
  const headers = { 'x-amzn-errortype': `${type}:http://internal.amazon.example/` };
  return { status, headers, body: { message } };
}

/**
 * Whether the call is signed with Signature Version 4, which is computed anew from the received
 * call as AWS documents it.
 */
function isSigned({ method, path, headers, body }: FakeCall): boolean {
  const read =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/ses\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(
      headers['authorization'] ?? '',
    );
  if (read === null) return false;
  const [, , day = '', region = '', names = '', signature] = read;
  const canonical = [
    method,
    path,
    '',
    ...names.split(';').map((name) => `${name}:${headers[name]?.trim()}`),
    '',
    names,
    createHash('sha256').update(body).digest('hex'),
  ].join('\n');
  const scope = `${day}/${region}/ses/aws4_request`;
  const text = [
    'AWS4-HMAC-SHA256',
    headers['x-amz-date'],
    scope,
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  const mac = (key: Buffer | string, value: string) =>
    createHmac('sha256', key).update(value).digest();
  const key = mac(mac(mac(mac(`AWS4${SECRET}`, day), region), 'ses'), 'aws4_request');
  return createHmac('sha256', key).update(text).digest('hex') === signature;
}

function deliveryStatusesOf(origin: string): BenchDeliveryStatuses {
  return {
    dated: true,
    states: ['delivered', 'bounced', 'complained'],
    call: (deliveryStatus) =>
      snsCall(origin, JSON.stringify(eventOf(deliveryStatus)), deliveryStatus.nowMs),
    unreadable: (nowMs) => ({ ...snsCall(origin, 'x', nowMs), body: Buffer.from('{"Type":1}') }),
  };
}

function eventOf({ state, notificationId, providerId }: ReportedStatus) {
  const mail = { messageId: providerId, tags: { waybill_notification: [notificationId] } };
  if (state === 'delivered') return { eventType: 'Delivery', mail, delivery: {} };
  if (state === 'complained') {
    return { eventType: 'Complaint', mail, complaint: { complaintFeedbackType: 'abuse' } };
  }
  return {
    eventType: 'Bounce',
    mail,
    bounce: { bounceType: 'Permanent', bounceSubType: 'General' },
  };
}

export function snsCall(
  origin: string,
  message: string,
  nowMs: number,
  over: Readonly<Record<string, string>> = {},
): DeliveryStatusCall {
  const sns: Record<string, string> = {
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: TOPIC,
    Subject: 'Amazon SES Email Event Notification',
    Message: message,
    Timestamp: new Date(nowMs).toISOString(),
    SignatureVersion: '2',
    SigningCertURL: `${origin}/SimpleNotificationService-test.pem`,
    ...over,
  };
  const names =
    sns['Type'] === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = names.flatMap((name) => (name in sns ? [name, sns[name]] : [])).join('\n');
  const signer = createSign(sns['SignatureVersion'] === '1' ? 'RSA-SHA1' : 'RSA-SHA256');
  const signature = signer.update(`${text}\n`).sign(TEST_PRIVATE_KEY, 'base64');
  return {
    method: 'POST',
    url: 'https://hub.example/webhooks/providers/ses',
    headers: {
      'content-type': 'text/plain; charset=UTF-8',
      'x-amz-sns-message-type': 'Notification',
    },
    body: Buffer.from(JSON.stringify({ ...sns, Signature: signature })),
    nowMs,
  };
}
