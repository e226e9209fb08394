import { createPublicKey } from 'node:crypto';
import { importSPKI, jwtVerify } from 'jose';
import {
  type AcceptedMessage,
  type BenchServer,
  type ChannelBench,
  type FakeAnswer,
  type FakeCall,
  NOWHERE,
  startFake,
} from '../test-bench.ts';
import { TEST_NOW_MS, TEST_PRIVATE_KEY } from '../test-deps.ts';

const GOOD = `test-registration-token:${'A'.repeat(120)}`;
const GONE = `gone-registration-token:${'B'.repeat(120)}`;

export const bench: ChannelBench = {
  kind: 'push',
  to: GOOD,
  malformed: ['short', '{"endpoint":"https://push.example/x"}'],
  refusedTo: GONE,
  start,
};

const ACCOUNT = {
  type: 'service_account',
  project_id: 'waybill-test',
  private_key_id: 'test-key-1',
  private_key: TEST_PRIVATE_KEY,
  client_email: 'push@waybill-test.iam.gserviceaccount.com',
  // This member is never used: otherwise the file's author would decide where our assertion goes.
  token_uri: 'https://elsewhere.example/token',
};

/** Google's token endpoint, and FCM, which accepts the tokens of that endpoint. */
async function start(): Promise<BenchServer> {
  const accepted: AcceptedMessage[] = [];
  const publicKey = createPublicKey(TEST_PRIVATE_KEY).export({ format: 'pem', type: 'spki' });
  const key = await importSPKI(String(publicKey), 'RS256');
  const given = new Set<string>();
  async function token(call: FakeCall): Promise<FakeAnswer> {
    const form = new URLSearchParams(call.body.toString('utf8'));
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
      return { status: 400, body: { error: 'unsupported_grant_type' } };
    }
    try {
      const { payload } = await jwtVerify(form.get('assertion') ?? '', key, {
        issuer: ACCOUNT.client_email,
        audience: 'https://oauth2.googleapis.com/token',
        currentDate: new Date(TEST_NOW_MS),
      });
      if (payload['scope'] !== 'https://www.googleapis.com/auth/firebase.messaging')
        throw new Error();
    } catch {
      const error_description = 'Invalid JWT Signature.';
      return { status: 400, body: { error: 'invalid_grant', error_description } };
    }
    const text = `ya29.test-${given.size}`;
    given.add(text);
    return { status: 200, body: { access_token: text, expires_in: 3599, token_type: 'Bearer' } };
  }
  function send(call: FakeCall): FakeAnswer {
    if (!given.has((call.headers['authorization'] ?? '').replace(/^Bearer /, ''))) {
      return problem(
        401,
        'UNAUTHENTICATED',
        'Request had invalid authentication credentials.',
        null,
      );
    }
    const { message } = JSON.parse(call.body.toString('utf8'));
    if (message.token === GONE) {
      return problem(404, 'NOT_FOUND', 'Requested entity was not found.', 'UNREGISTERED');
    }
    accepted.push({
      to: message.token,
      text: message.notification.body,
      subject: message.notification.title,
      key: message.android.notification.tag,
      headers: null,
    });
    return { status: 200, body: { name: `projects/waybill-test/messages/0:${accepted.length}` } };
  }
  const fake = await startFake(
    ({ path }) => path.endsWith('messages:send'),
    (call) => (call.path === '/token' ? token(call) : send(call)),
    { error: { code: 500, message: 'Something is wrong', status: 'INTERNAL' } },
  );
  const config = { service_account: JSON.stringify(ACCOUNT) };
  const other = { ...ACCOUNT, client_email: 'nobody@waybill-test.iam.gserviceaccount.com' };
  return {
    config,
    wrongConfig: { service_account: JSON.stringify(other) },
    apiUrl: fake.url,
    nowhere: { config, apiUrl: NOWHERE },
    fault: (fault) => fake.fault(fault),
    accepted: () => accepted,
    close: () => fake.close(),
  };
}

function problem(status: number, name: string, message: string, code: string | null): FakeAnswer {
  const type = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
  const details = code === null ? [] : [{ '@type': type, errorCode: code }];
  return { status, body: { error: { code: status, message, status: name, details } } };
}
