import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A push that was verified and waits for its answer. */
export interface Push {
  readonly body: Buffer;
  readonly done: (status: number) => void;
}

/**
 * Serves a baseline: verifies the HMAC over the raw bytes of each push as the hub does, and collects
 * those that arrive together. Prints its URL, as `startBaseline` expects.
 * @param pump called once for all that have arrived since the last call
 */
export function servePushes(secret: string, waiting: Push[], pump: () => void): void {
  let isScheduled = false;
  const run = () => {
    isScheduled = false;
    pump();
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
      const expected = Buffer.from(createHmac('sha256', secret).update(body).digest('base64'));
      const offered = Buffer.from(String(request.headers['fdx-signature']));
      const done = (status: number) => response.writeHead(status, { 'content-length': 0 }).end();
      if (expected.length !== offered.length || !timingSafeEqual(expected, offered)) {
        return done(401);
      }
      waiting.push({ body, done });
      if (!isScheduled) setImmediate(run);
      isScheduled = true;
    });
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
  });
  process.once('SIGTERM', () => process.exit(0));
}
