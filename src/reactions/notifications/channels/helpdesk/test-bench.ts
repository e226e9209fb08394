import {
  type AcceptedMessage,
  type BenchServer,
  type ChannelBench,
  type FakeAnswer,
  type FakeCall,
  NOWHERE,
  startFake,
} from '../test-bench.ts';

export const bench: ChannelBench = {
  kind: 'ticket',
  to: '',
  malformed: [],
  refusedTo: null,
  statusIsAll: true,
  unaskable: true,
  start,
};

const TOKEN = 'a-test-helpdesk-token';

async function start(): Promise<BenchServer> {
  const accepted = new Map<string, AcceptedMessage>();
  function answer(call: FakeCall): FakeAnswer {
    if (call.headers['authorization'] !== `Bearer ${TOKEN}`) return { status: 401, body: {} };
    const key = call.headers['idempotency-key'] ?? '';
    const { subject, text, tags } = JSON.parse(call.body.toString('utf8'));
    if (!tags.includes('delivery-exception')) return { status: 422, body: {} };
    accepted.set(key, { to: '', text, subject, key, headers: null });
    return { status: 201, body: { id: 4711 } };
  }
  const fake = await startFake(() => true, answer, { error: 'Something is wrong' });
  const config = { url: `${fake.url}/tickets`, token: TOKEN };
  return {
    config,
    wrongConfig: { ...config, token: 'another-test-token' },
    apiUrl: null,
    nowhere: { config: { ...config, url: NOWHERE }, apiUrl: null },
    fault: (fault) => fake.fault(fault),
    accepted: () => [...accepted.values()],
    close: () => fake.close(),
  };
}
