import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { systemClock } from '../../src/platform/clock.ts';
import type { Scan } from './fedex-push.ts';

/** One number of one call, as the carrier saw it. */
export interface RecordedCall {
  /** The `client_id` of the caller. */
  readonly account: string;
  readonly number: string;
  readonly startMs: number;
  /** When it was answered, or its caller disconnected; null while neither. */
  endMs: number | null;
  answered: boolean;
}

export interface FedexServer {
  readonly url: string;
  readonly seen: readonly RecordedCall[];
  /** Calls about numbers, each counted once. */
  readonly calls: number;
  close(): Promise<void>;
}

/**
 * A slow FedEx server that knows every number: tokens and batches as documented, two scans for
 * each number. Records who called when, to the end of each answer.
 *
 * @param delayMs the latency of the next answer.
 */
export async function startFedexServer(delayMs: () => number): Promise<FedexServer> {
  const seen: RecordedCall[] = [];
  let calls = 0;
  const server = createServer((request, response) => {
    if (request.url !== '/oauth/token') calls += 1;
    answer(request, response, seen, delayMs).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    get calls() {
      return calls;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * Yesterday: an older scan than a shipment's look-back belongs to another instance of its number.
 */
const BASE_MS = systemClock.nowMs() - 86_400_000;

/** The scans of a number, newest first: the same for every caller and source. */
export function scansOf(number: string): readonly Scan[] {
  const serial = Number(number.slice(3, 11)) % 600;
  return [scanAt(serial + 60, 'AR'), scanAt(serial, 'PU')];
}

function scanAt(minute: number, code: string): Scan {
  const local = new Date(BASE_MS + (minute - 300) * 60_000).toISOString().slice(0, 19);
  return { code, date: `${local}-05:00` };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  seen: RecordedCall[],
  delayMs: () => number,
): Promise<void> {
  const body = await text(request);
  if (request.url === '/oauth/token') {
    const token = new URLSearchParams(body).get('client_id');
    send(response, { access_token: token, token_type: 'bearer', expires_in: 3_600, scope: 'CXS' });
    return;
  }
  const account = request.headers.authorization?.replace('Bearer ', '') ?? '';
  const parsed = JSON.parse(body) as {
    trackingInfo: { trackingNumberInfo: { trackingNumber: string } }[];
  };
  const calls = parsed.trackingInfo.map(
    ({ trackingNumberInfo: { trackingNumber: number } }): RecordedCall => {
      return { account, number, startMs: performance.now(), endMs: null, answered: false };
    },
  );
  seen.push(...calls);
  response.once('close', () => {
    for (const call of calls) {
      call.endMs = performance.now();
      call.answered = response.writableFinished;
    }
  });
  const results = calls.map(({ number }) => ({
    trackingNumber: number,
    trackResults: [
      {
        trackingNumberInfo: { trackingNumber: number, carrierCode: 'FDXG' },
        scanEvents: scansOf(number).map(({ code, date }) => ({
          date,
          eventType: code,
          scanLocation: { city: 'MEMPHIS', stateOrProvinceCode: 'TN', countryCode: 'US' },
        })),
      },
    ],
  }));
  const output = { completeTrackResults: results };
  setTimeout(() => send(response, { transactionId: 'test', output }), delayMs());
}

function send(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
