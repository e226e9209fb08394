import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fedexPush, minuteScan, PUSH_SECRET } from '../../test/support/fedex-push.ts';
import { startBaseline } from '../load/baseline-process.ts';
import { signedRequest } from '../load/push-request.ts';
import type { Contender, PushedStatus } from './contender.ts';

/** The interval of the naive poller; its delay is half of it on average, whatever it is. */
export const POLL_EVERY_MS = 10_000;

/** A push of FedEx's format about one parcel; each `n` is a scan of its own. */
export function fedexRequest(numbers: readonly string[], n: number, status: PushedStatus): Buffer {
  const scan = minuteScan(n, status === 'delivered' ? 'DL' : 'AR');
  return signedRequest(fedexPush({ number: numbers[n % numbers.length] ?? '', scans: [scan] }));
}

export const relay: Contender = {
  name: 'bare relay',
  async start({ databaseUrl, shop, numbers }) {
    const startedAt = performance.now();
    const { url, pid, stop } = await startBaseline('bare-relay.ts', {
      DATABASE_URL: databaseUrl,
      SECRET: PUSH_SECRET,
      TARGET: shop.href,
    });
    return {
      readyMs: performance.now() - startedAt,
      installedMb: null,
      pids: [pid],
      ownsDatabase: false,
      pushes: { url, push: (n, status) => fedexRequest(numbers, n, status) },
      carrierSays: null,
      isDelivered: null,
      stop,
    };
  },
};

export const poller: Contender = {
  name: 'naive poller',
  async start({ databaseUrl, shop, numbers }) {
    const said = new Map<string, PushedStatus>();
    const carrier = createServer((request, response) => {
      response.end(said.get((request.url ?? '').slice(1)) ?? 'in_transit');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => carrier.once('listening', resolve));
    const { port } = carrier.address() as AddressInfo;
    const startedAt = performance.now();
    const { url, pid, stop } = await startBaseline('naive-poller.ts', {
      DATABASE_URL: databaseUrl,
      CARRIER: `http://127.0.0.1:${port}/`,
      TARGET: shop.href,
      NUMBERS: numbers.join(','),
      EVERY_MS: String(POLL_EVERY_MS),
    });
    return {
      readyMs: performance.now() - startedAt,
      installedMb: null,
      pids: [pid],
      ownsDatabase: false,
      pushes: null,
      carrierSays: (n, status) => said.set(numbers[n] ?? '', status),
      isDelivered: async (n) =>
        (await (await fetch(new URL(numbers[n] ?? '', url))).text()) === 'delivered',
      async stop() {
        await stop();
        carrier.closeAllConnections();
        carrier.close();
      },
    };
  },
};
