import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { CarrierAdapter } from '../adapters/contract/contract.ts';
import type { Handshake } from '../adapters/contract/pull.ts';
import { loadAdapters } from '../adapters/index.ts';
import { Problem } from '../kernel/errors.ts';
import { manualClock } from '../platform/clock.ts';
import { createLog } from '../platform/observability/log.ts';
import { createBodyRooms } from './body-room.ts';
import { createCarrierEndpoint } from './endpoint.ts';

let server: Server | null = null;
afterEach(() => {
  server?.close();
});

const HANDSHAKE: Handshake = { subscriptionId: 's-1', call: { method: 'POST', path: '/confirm' } };

/** Any carrier that pushes, whose every push asks for a callback. */
async function asking(): Promise<CarrierAdapter> {
  const adapter = (await loadAdapters()).carriers().find(({ webhook }) => webhook !== undefined);
  if (adapter?.webhook === undefined) throw new Error('no carrier pushes');
  return {
    ...adapter,
    webhook: {
      ...adapter.webhook,
      verify: () => ({ ok: true, trust: 'secret' }),
      handshake: ({ rawBody }) => (rawBody.length > 2 ? HANDSHAKE : null),
    },
  };
}

/** Posts a push to an endpoint whose store of handshakes does that; answers status and order. */
async function push(body: string, store: (handshake: Handshake) => Promise<void>) {
  const done: string[] = [];
  const adapter = await asking();
  const endpoint = createCarrierEndpoint({
    adapter: () => adapter,
    deploymentSecrets: () => ['a-test-secret'],
    headerName: () => undefined,
    account: async () => null,
    publicKeys: { find: async () => [] },
    rooms: createBodyRooms(['any']),
    backlog: { ask: () => ({ admit: true }) },
    inbox: {
      async store() {
        done.push('inbound_message');
        return 'id';
      },
    },
    handshakes: {
      async store(_carrier, accountId, handshake) {
        await store(handshake);
        done.push(`handshake of ${accountId}: ${handshake.subscriptionId}`);
      },
    },
    clock: manualClock(0),
    log: createLog({ level: 'silent' }),
    count: () => {},
  });
  server = createServer((request, response) => {
    endpoint(request, response, { carrier: 'any', network: 'here' }).catch((error: unknown) => {
      response.writeHead(error instanceof Problem ? 503 : 500).end();
    });
  });
  await new Promise<void>((resolve) => {
    server?.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const { status } = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body });
  return { status, done };
}

test('a callback that cannot be stored yields no 2xx, so the carrier asks again', async () => {
  const { status } = await push('please call', () => Promise.reject(new Error('no database')));
  expect(status).toBe(503);
});

test('a callback is stored before the push is acknowledged, and only if one was requested', async () => {
  expect(await push('please call', async () => {})).toMatchObject({
    done: ['inbound_message', 'handshake of null: s-1'],
  });
  expect((await push('{}', async () => {})).done).toEqual(['inbound_message']);
});
