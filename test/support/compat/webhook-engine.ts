import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createWebhookFormats } from '../../../src/http/compat/webhook-formats.ts';
import type { TestHub } from '../../../src/http/testing/test-hub.ts';
import { systemRandom } from '../../../src/platform/clock.ts';
import { createEgress } from '../../../src/platform/net/egress.ts';
import { createLog } from '../../../src/platform/observability/log.ts';
import { createMetrics } from '../../../src/platform/observability/metrics.ts';
import { startMerchantWebhooks } from '../../../src/reactions/merchant-webhooks/index.ts';

/** What one request to the receiver had. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/** Sends the webhooks of a test hub, to receivers on loopback only. */
export async function startWebhooks(hub: TestHub) {
  const egress = createEgress({ allow: ['127.0.0.0/8'] });
  const engine = startMerchantWebhooks({
    db: hub.db,
    keyring: hub.keyring,
    clock: hub.clock,
    randomBytes: systemRandom,
    post: (request) => egress.post(request),
    formats: createWebhookFormats(hub.tracking, hub.adapters),
    listener: { on: () => () => {} },
    log: createLog({ level: 'silent' }),
    metrics: createMetrics({ processMetrics: false }),
  });
  await engine.idle(); // a new consumer begins at the newest entry
  return {
    idle: () => engine.idle(),
    async stop() {
      await engine.stop();
      egress.close();
    },
  };
}

/**
 * A receiver of webhooks. A GET returns what was posted so far as JSON, after `settled`.
 *
 * @param statusOf the answer by path; absent: 200.
 */
export async function openReceiver(
  settled: () => Promise<void> = async () => {},
  statusOf: (path: string) => number = () => 200,
) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const { method, url: path = '', headers } = request;
    if (method === 'GET') {
      await settled();
      const shown = received.map(({ bytes, ...rest }) => ({ ...rest, body: bytes.toString() }));
      return response.end(JSON.stringify(shown));
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ path, headers, bytes: Buffer.concat(chunks) });
    return response.writeHead(statusOf(path)).end('noted');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, received, close: () => server.close() };
}
