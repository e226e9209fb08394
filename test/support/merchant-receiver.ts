import { createServer, type IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { vi } from 'vitest';
import { readBody } from '../../src/platform/net/read-body.ts';

/** What a merchant's receiver was posted, verified as a merchant verifies it. */
export interface ReceivedEvent {
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  readonly previous_sequence: number | null;
  readonly occurred_at: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly previous_attributes: Readonly<Record<string, unknown>>;
}

export interface MerchantReceiver {
  readonly url: string;
  /** In the order in which they came; throws when one is not signed with the secret. */
  events(): readonly ReceivedEvent[];
  /** The secret that signs from now on. */
  trust(secret: string): void;
  close(): void;
}

const BODY_BYTES_MAX = 100_000;

/** A merchant's server on a free port, which takes whatever it is posted. */
export async function openMerchantReceiver(nowMs: () => number): Promise<MerchantReceiver> {
  const received: { headers: IncomingHttpHeaders; body: string; atMs: number }[] = [];
  let trusted = '';
  const server = createServer((request, response) => {
    void readBody(request, BODY_BYTES_MAX).then((read) => {
      const body = read.kind === 'body' ? read.bytes.toString('utf8') : '';
      received.push({ headers: request.headers, body, atMs: nowMs() });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  /** By the official package, which asks the machine's clock: here that of the hub. */
  function verified({ headers, body, atMs }: (typeof received)[number]): ReceivedEvent {
    const named = (name: string) => String(headers[name]);
    vi.useFakeTimers({ toFake: ['Date'], now: atMs });
    try {
      return new Webhook(trusted).verify(body, {
        'webhook-id': named('webhook-id'),
        'webhook-timestamp': named('webhook-timestamp'),
        'webhook-signature': named('webhook-signature'),
      }) as ReceivedEvent;
    } finally {
      vi.useRealTimers();
    }
  }

  return {
    url: `http://127.0.0.1:${address.port}/hooks/waybill`,
    events: () => received.map(verified),
    trust(secret) {
      trusted = secret;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
