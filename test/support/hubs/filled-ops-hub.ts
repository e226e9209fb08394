import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callerOf } from '../../../src/http/testing/test-client.ts';
import { parcelNumber } from '../fedex-push.ts';
import { BROKEN, OPS_BOOTSTRAP_KEY, type openOpsHub, personalPush, push } from './ops-hub.ts';
import { provedParcel } from './proved-parcel.ts';

/** One of everything that operators see; resolves to a parcel that was delivered with proof. */
export async function fillOps(open: Awaited<ReturnType<typeof openOpsHub>>) {
  const { hub, merchant } = open;
  const ops = callerOf(hub, OPS_BOOTSTRAP_KEY);
  const made = async (call: typeof ops, path: string, body: object) => {
    const { status, text, body: answer } = await call('POST', path, body);
    if (status >= 300) throw new Error(`${path}: ${status} ${text}`);
    return answer;
  };
  // The consumer begins with its first turn.
  await hub.workExceptions();
  await open.unknownCode(4);
  const odd = { code: 'QX', date: '2026-03-09T11:00:00-06:00', text: 'Zebra' };
  await push(hub, personalPush(parcelNumber(0), [odd]));
  await push(hub, BROKEN);
  await push(hub, `${BROKEN} `);
  const parcel = await provedParcel(hub);
  await made(merchant, '/webhook-endpoints', { url: 'https://shop.example/waybill' });
  await made(merchant, '/deliveries', {
    origin: { lat: 53.5436, lng: 9.9836 },
    origin_address: 'Am Sandtorkai 1, 20457 Hamburg',
    destination: { lat: 53.5453, lng: 9.9465 },
    package_size: 'small',
    phone: '+4915112345678',
    destination_address: { line1: 'Große Elbstraße 68', city: 'Hamburg', country: 'DE' },
  });
  const shipment = await made(merchant, '/shipments', {
    carrier: 'fedex',
    tracking_number: parcelNumber(77),
    destination: { country: 'US', line1: 'Elm St' },
  });
  for (const status of ['picked_up', 'exception']) {
    hub.clock.advance(60_000);
    const sub = status === 'exception' ? { sub_status: 'customs_hold' } : {};
    await made(merchant, `/shipments/${String(shipment['id'])}/status`, { status, ...sub });
  }
  await hub.workExceptions();
  await made(ops, '/v1/ops/mappings/fedex/diff', { from: 'active', to: 'files' });
  await hub.runJobs();
  const name = `${'0'.repeat(8)}-0000-7000-8000-${'0'.repeat(12)}`;
  mkdirSync(hub.mailboxFolder, { recursive: true });
  const sms = {
    kind: 'sms',
    to: '+4915112345678',
    text: 'On its way.',
    at: '2026-03-10T12:00:00Z',
  };
  writeFileSync(join(hub.mailboxFolder, `${name}.${name}.json`), JSON.stringify(sms));
  await hub.settled();
  return parcel;
}
