import {
  createDecipheriv,
  createECDH,
  createPublicKey,
  type ECDH,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import { importJWK, jwtVerify } from 'jose';
import {
  type BenchServer,
  type ChannelBench,
  type FakeAnswer,
  type FakeCall,
  startFake,
  type TakenMessage,
} from '../test-bench.ts';

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

/** Keys for tests only. Always the same: Node writes one of 256 random ones a byte shorter. */
function testKeys(seed: number): ECDH {
  const keys = createECDH('prime256v1');
  keys.setPrivateKey(Buffer.alloc(32, seed));
  return keys;
}

/** A browser and its push service: it checks the sender's token (RFC 8292) and decrypts (RFC 8291). */
async function start(): Promise<BenchServer> {
  const taken: TakenMessage[] = [];
  const browser = testKeys(1);
  const auth = randomBytes(16);
  const sender = testKeys(2);
  const senderKey = sender.getPublicKey('base64url');
  async function answer(call: FakeCall): Promise<FakeAnswer> {
    if (call.path === '/push/gone') return { status: 410, body: { errno: 106 } };
    if (!(await isFrom(senderKey, call, fake.url))) return { status: 403, body: { errno: 109 } };
    if (call.headers['ttl'] === undefined) return { status: 400, body: { errno: 111 } };
    const text = decrypted(call.body, browser, auth);
    const shown = JSON.parse(text);
    taken.push({
      to: '/push/good',
      text: shown.body,
      subject: shown.title,
      key: shown.tag,
      headers: null,
    });
    return { status: 201, headers: { location: `${fake.url}/message/${taken.length}` } };
  }
  const fake = await startFake(() => true, answer, { errno: 999, message: 'Something is wrong' });
  const keys = { p256dh: browser.getPublicKey('base64url'), auth: auth.toString('base64url') };
  const at = (path: string, origin = fake.url) =>
    JSON.stringify({ endpoint: `${origin}${path}`, expirationTime: null, keys });
  const config = {
    vapid_public_key: senderKey,
    vapid_private_key: sender.getPrivateKey('base64url'),
    subject: 'mailto:ops@shop.example',
  };
  const other = testKeys(3);
  return {
    config,
    wrongConfig: { ...config, vapid_public_key: other.getPublicKey('base64url') },
    apiUrl: null,
    // A port that may be called at all, and where nobody is.
    nowhere: { config, apiUrl: null, to: at('/push/good', 'http://127.0.0.1:1024') },
    to: at('/push/good'),
    refusedTo: at('/push/gone'),
    fault: (fault) => fake.fault(fault),
    taken: () => taken,
    close: () => fake.close(),
  };
}

async function isFrom(senderKey: string, { headers }: FakeCall, origin: string): Promise<boolean> {
  const read = /^vapid t=([^,]+), ?k=([\w-]+)$/.exec(headers['authorization'] ?? '');
  if (read === null || read[2] !== senderKey) return false;
  const point = Buffer.from(senderKey, 'base64url');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  try {
    createPublicKey({ key: jwk, format: 'jwk' });
    const { payload } = await jwtVerify(read[1] ?? '', await importJWK(jwk, 'ES256'), {
      audience: origin,
    });
    return payload.sub === 'mailto:ops@shop.example';
  } catch {
    return false;
  }
}

/** RFC 8188 with the keys of RFC 8291: one record, padded by a byte of 2. */
function decrypted(body: Buffer, browser: ECDH, auth: Buffer): string {
  const salt = body.subarray(0, 16);
  const idLength = body.readUInt8(20);
  const serverKey = body.subarray(21, 21 + idLength);
  const content = body.subarray(21 + idLength);
  const shared = browser.computeSecret(serverKey);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), browser.getPublicKey(), serverKey]);
  const input = Buffer.from(hkdfSync('sha256', shared, auth, info, 32));
  const derive = (what: string, length: number): Buffer =>
    Buffer.from(
      hkdfSync('sha256', input, salt, Buffer.from(`Content-Encoding: ${what}\0`), length),
    );
  const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
  decipher.setAuthTag(content.subarray(-16));
  const plain = Buffer.concat([decipher.update(content.subarray(0, -16)), decipher.final()]);
  return plain.subarray(0, plain.lastIndexOf(2)).toString('utf8');
}
