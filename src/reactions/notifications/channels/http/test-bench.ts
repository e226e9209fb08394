import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import {
  type AcceptedMessage,
  type BenchServer,
  type ChannelBench,
  type FakeAnswer,
  type FakeCall,
  messageOf,
  startFake,
} from '../test-bench.ts';

export const bench: ChannelBench = {
  kind: 'webhook',
  to: '',
  malformed: ['ftp://x.example/', 'shop.example/hook', 'javascript:alert(1)'],
  refusedTo: '',
  statusIsAll: true,
  start,
};

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
/**
 * The tenant whose messages the suite sends; docs/channels.md describes how its secret is derived.
 */
const { tenant } = messageOf('webhook', '');
const OF_MERCHANT = `whsec_${createHmac('sha256', Buffer.alloc(32, 7))
  .update(`waybill webhook channel 1 ${tenant.merchantId} ${tenant.mode}`)
  .digest('base64')}`;

/** A receiver that uses the official package and accepts each id once. */
async function start(): Promise<BenchServer> {
  const accepted = new Map<string, AcceptedMessage>();
  function answer(call: FakeCall): FakeAnswer {
    if (call.path === '/gone') return { status: 410 };
    const id = call.headers['webhook-id'] ?? '';
    try {
      // The package compares with the system clock; the clock here does not move.
      new Webhook(OF_MERCHANT).sign(id, new Date(0), '');
      const timestamp = Number(call.headers['webhook-timestamp']);
      const body = call.body.toString('utf8');
      const expected = new Webhook(OF_MERCHANT).sign(id, new Date(timestamp * 1_000), body);
      if (call.headers['webhook-signature'] !== expected) return { status: 401 };
      const { text } = JSON.parse(body);
      accepted.set(id, { to: '/hook', text, subject: null, key: id, headers: null });
    } catch {
      return { status: 400 };
    }
    return { status: 204 };
  }
  const fake = await startFake(() => true, answer, {});
  return {
    config: { signing_secret: SECRET },
    wrongConfig: { signing_secret: `whsec_${Buffer.alloc(32, 8).toString('base64')}` },
    apiUrl: null,
    nowhere: { config: { signing_secret: SECRET }, apiUrl: null, to: 'http://127.0.0.1:1024/' },
    to: `${fake.url}/hook`,
    refusedTo: `${fake.url}/gone`,
    fault: (fault) => fake.fault(fault),
    accepted: () => [...accepted.values()],
    close: () => fake.close(),
  };
}
