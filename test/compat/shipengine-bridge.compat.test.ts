import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import ShipEngineModule from 'shipengine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adapter } from '../../src/adapters/bridges/shipengine/index.ts';
import { sandbox } from '../../src/adapters/bridges/shipengine/sandbox.ts';
import { openBench, type SandboxBench } from '../../src/adapters/test-sandbox.ts';

/**
 * ShipEngine's own client, unmodified but for the address, against our sandbox of the service. It
 * replaces `fetch` of the whole process, so it is alone in this file. Its types describe the
 * CommonJS module, whose class is a member.
 */
const loaded: unknown = ShipEngineModule;
const ShipEngine = loaded as typeof ShipEngineModule.default;

describe('ShipEngine’s client', () => {
  let bench: SandboxBench;
  let root: Awaited<ReturnType<typeof serveAtRoot>>;
  beforeAll(async () => {
    bench = await openBench(adapter, sandbox, { rates: [] });
    root = await serveAtRoot(bench, 'shipengine');
  });
  afterAll(async () => {
    await root.close();
    await bench.close();
  });

  const clientOf = (apiKey: string) => new ShipEngine({ apiKey, baseURL: root.url, retries: 0 });
  const wanted = (trackingNumber: string, carrierCode = 'usps') => ({
    carrierCode,
    trackingNumber,
  });

  it('tracks a parcel by its number and the code of its carrier', async () => {
    const client = clientOf('a-key');
    const number = bench.numberOf('delivered');
    const parcel = await client.trackUsingCarrierCodeAndTrackingNumber(wanted(number));
    expect(parcel).toMatchObject({ trackingNumber: number, statusCode: 'DE' });
    expect(parcel.events).toHaveLength(6);
    expect(parcel.events[0]).toMatchObject({ eventCode: '01', cityLocality: 'DENVER' });
  });

  it('finds no scan of an unknown number', async () => {
    const parcel = await clientOf('a-key').trackUsingCarrierCodeAndTrackingNumber(
      wanted('UNKNOWN1'),
    );
    expect(parcel).toMatchObject({ statusCode: 'NY', events: [] });
  });

  it('gets errors that it can read', async () => {
    const track = (key: string, carrier: string) =>
      clientOf(key).trackUsingCarrierCodeAndTrackingNumber(wanted('UNKNOWN1', carrier));
    await expect(track('a-key', 'nobody')).rejects.toMatchObject({
      name: 'ShipEngineError',
      code: 'invalid_field_value',
    });
    bench.sandbox.faults.add({ kind: 'rate_limited' });
    await expect(track('a-key', 'usps')).rejects.toMatchObject({
      code: 'rate_limit_exceeded',
    });
    bench.sandbox.faults.liftAll();
  });
});

/** Serves one carrier of the sandbox without its path: this client drops the path of its base URL. */
async function serveAtRoot({ sandbox }: SandboxBench, carrier: string) {
  const server = createServer((request, response) => {
    fetch(`${sandbox.origin}/${carrier}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { 'api-key': String(request.headers['api-key'] ?? '') },
    }).then(
      async (answer) => {
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(await answer.text());
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
