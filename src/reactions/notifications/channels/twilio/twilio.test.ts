import { expect, it } from 'vitest';
import { messageOf, NOTIFICATION_ID, startFake } from '../test-bench.ts';
import { TEST_NOW_MS, testDeps } from '../test-deps.ts';
import { plugin, signatureOf, twilioDeliveryStatuses } from './plugin.ts';

const SID = `AC${'0'.repeat(32)}`;
const TOKEN = 'a-test-auth-token-of-nobody';

it('requests status callbacks for each message if it has a public address', async () => {
  const forms: URLSearchParams[] = [];
  const fake = await startFake(
    () => true,
    ({ body }) => {
      forms.push(new URLSearchParams(body.toString('utf8')));
      return { status: 201, body: { sid: `SM${'1'.repeat(32)}` } };
    },
    {},
  );
  const service = `MG${'2'.repeat(32)}`;
  const config = { account_sid: SID, auth_token: TOKEN, messaging_service_sid: service };
  for (const url of ['https://hub.example/webhooks/providers/twilio', null]) {
    const deps = testDeps({ apiUrl: fake.url, deliveryStatusUrl: () => url });
    await plugin.open(config, 'sms', deps).send(messageOf('sms', '+4915112345678'));
  }
  await fake.close();
  const [tracked, silent] = forms;
  expect(tracked?.get('StatusCallback')).toBe(
    `https://hub.example/webhooks/providers/twilio?notification=${NOTIFICATION_ID}`,
  );
  expect(tracked?.get('MessagingServiceSid')).toBe(service);
  expect(tracked?.get('From')).toBeNull();
  expect(silent?.get('StatusCallback')).toBeNull();
});

it('wants exactly one sender', () => {
  const base = { account_sid: SID, auth_token: TOKEN };
  const of = (more: object) => plugin.configSchema.safeParse({ ...base, ...more }).success;
  expect(of({})).toBe(false);
  expect(of({ from: '+15005550006' })).toBe(true);
  expect(of({ from: 'My Shop' })).toBe(true);
  expect(of({ from: '+15005550006', messaging_service_sid: `MG${'2'.repeat(32)}` })).toBe(false);
});

it('signs as the documentation’s own example', () => {
  // The URL, form and token are from twilio.com/docs/usage/security, "Validating requests".
  const form = new URLSearchParams({
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675309',
    Digits: '1234',
    From: '+14158675309',
    To: '+18005551212',
  });
  const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
  expect(signatureOf('12345', url, form)).toBe('RSOYDt4T1cUTdK1PDd93/VVr8B8=');
});

it('takes a signature with or without the port that goes without saying', async () => {
  const form = new URLSearchParams({ MessageSid: 'SM1', MessageStatus: 'delivered' });
  const url = 'https://hub.example/webhooks/providers/twilio?notification=a';
  const spelt = 'https://hub.example:443/webhooks/providers/twilio?notification=a';
  const call = {
    method: 'POST',
    url,
    body: Buffer.from(form.toString()),
    nowMs: TEST_NOW_MS,
    headers: { 'x-twilio-signature': signatureOf(TOKEN, spelt, form) },
  };
  expect(await twilioDeliveryStatuses(TOKEN).read(call)).toMatchObject({
    outcome: 'delivery_statuses',
  });
});
