import { randomBytes } from 'node:crypto';
import { decryptedPush, isPushFrom, testCurve } from '../../../../platform/web-push/test-push.ts';
import {
  type AcceptedMessage,
  type BenchServer,
  type ChannelBench,
  type FakeAnswer,
  type FakeCall,
  startFake,
} from '../test-bench.ts';

const SUBJECT = 'mailto:ops@shop.example';

export const bench: ChannelBench = {
  kind: 'push',
  to: '',
  malformed: [
    'no json',
    '{"endpoint":"https://push.example/x"}',
    'test-token:AAAAAAAAAAAAAAAAAAAAA',
  ],
  refusedTo: '',
  statusIsAll: true,
  start,
};

/** A browser and its push service, which checks the token (RFC 8292) and decrypts (RFC 8291). */
async function start(): Promise<BenchServer> {
  const accepted: AcceptedMessage[] = [];
  const browser = testCurve(1);
  const auth = randomBytes(16);
  const sender = testCurve(2);
  const senderKey = sender.getPublicKey('base64url');
  async function answer(call: FakeCall): Promise<FakeAnswer> {
    if (call.path === '/push/gone') return { status: 410, body: { errno: 106 } };
    if (!(await isPushFrom(senderKey, call.headers['authorization'] ?? '', fake.url, SUBJECT)))
      return { status: 403, body: { errno: 109 } };
    if (call.headers['ttl'] === undefined) return { status: 400, body: { errno: 111 } };
    const text = decryptedPush(call.body, browser, auth);
    const shown = JSON.parse(text);
    accepted.push({
      to: '/push/good',
      text: shown.body,
      subject: shown.title,
      key: shown.tag,
      headers: null,
    });
    return { status: 201, headers: { location: `${fake.url}/message/${accepted.length}` } };
  }
  const fake = await startFake(() => true, answer, { errno: 999, message: 'Something is wrong' });
  const keys = { p256dh: browser.getPublicKey('base64url'), auth: auth.toString('base64url') };
  const at = (path: string, origin = fake.url) =>
    JSON.stringify({ endpoint: `${origin}${path}`, expirationTime: null, keys });
  const config = {
    vapid_public_key: senderKey,
    vapid_private_key: sender.getPrivateKey('base64url'),
    subject: SUBJECT,
  };
  const other = testCurve(3);
  return {
    config,
    wrongConfig: { ...config, vapid_public_key: other.getPublicKey('base64url') },
    apiUrl: null,
    // A port that requests are allowed to use, and on which nobody listens.
    nowhere: { config, apiUrl: null, to: at('/push/good', 'http://127.0.0.1:1024') },
    to: at('/push/good'),
    refusedTo: at('/push/gone'),
    fault: (fault) => fake.fault(fault),
    accepted: () => accepted,
    close: () => fake.close(),
  };
}
