import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from '../../../platform/net/read-body.ts';
import type { ChannelKind, DeliveryStatusCall, Message, Rendered } from '../contract.ts';

/**
 * What the suite of all channels needs of each: a server that speaks the provider's protocol, with
 * its sign-in and its error bodies, and knows nothing of the plug-in.
 */
export interface ChannelBench {
  readonly kind: ChannelKind;
  readonly to: string;
  /** What the plug-in itself sees to be no address; empty for channels without addresses. */
  readonly malformed: readonly string[];
  /** Readable, and refused by the provider as an address; null where it never does so at once. */
  readonly refusedTo: string | null;
  /** Whether an answer is nothing but its status. */
  readonly statusIsAll?: boolean;
  /** There is no asking the provider what credentials are worth. */
  readonly unaskable?: boolean;
  /** False: nothing is asked over a network. */
  readonly networked?: boolean;
  /** @param mailbox The folder that the channel is handed. */
  start(mailbox: string): Promise<BenchServer>;
}

export interface BenchServer {
  readonly config: Readonly<Record<string, unknown>>;
  /** The same with credentials that the provider does not know; null: there are none. */
  readonly wrongConfig: Readonly<Record<string, unknown>> | null;
  readonly apiUrl: string | null;
  /** Where nobody listens. */
  readonly nowhere: {
    readonly config: Readonly<Record<string, unknown>>;
    readonly apiUrl: string | null;
    readonly to?: string;
  };
  /** The address, where the server is part of it. */
  readonly to?: string;
  readonly refusedTo?: string;
  /** How the next messages are answered. */
  fault(fault: Fault | null): void;
  /** Messages the provider has taken, each as often as it would reach somebody. */
  accepted(): readonly AcceptedMessage[] | Promise<readonly AcceptedMessage[]>;
  readonly deliveryStatuses?: BenchDeliveryStatuses;
  close(): Promise<void>;
}

export type Fault =
  | 'rate_limited'
  | 'server_error'
  | 'unavailable'
  /** Connects, reads and says nothing. */
  | 'silent'
  /** Takes the message and hangs up. */
  | 'taken_and_gone'
  /** Well, by its status, and then not what the provider would say. */
  | 'garbage';

export interface AcceptedMessage {
  readonly to: string;
  readonly text: string;
  readonly subject: string | null;
  /** What a repeat has in common with the first. */
  readonly key: string | null;
  /** Names in lower case, as the recipient's program would see them; null: there are none. */
  readonly headers: Readonly<Record<string, string>> | null;
}

export interface BenchDeliveryStatuses {
  /** A call as the provider makes it, signed. */
  call(deliveryStatus: ReportedStatus): DeliveryStatusCall | Promise<DeliveryStatusCall>;
  /** Authentic, and not what the provider would say. */
  readonly unreadable: (nowMs: number) => DeliveryStatusCall | Promise<DeliveryStatusCall>;
  /** Whether the signature covers a time. */
  readonly dated: boolean;
  /** What the provider can tell. */
  readonly states: readonly ReportedStatus['state'][];
}

export interface ReportedStatus {
  readonly state: 'delivered' | 'bounced' | 'complained';
  readonly notificationId: string;
  readonly providerId: string;
  readonly nowMs: number;
  /** The URL configured at the provider for its calls; absent: any. */
  readonly at?: string;
}

export const NOTIFICATION_ID = '019a0000-0000-7000-8000-0000000000aa';
export const SHIPMENT_ID = '019a0000-0000-7000-8000-0000000000bb';

/** Everything that is awkward in one text: umlauts, CJK, an emoji, quotes, a line break. */
export const TEXT = 'Ihr Päckchen „Nr. 7“ ist da: 東京 📦\nBis gleich & <alles> Gute';

export function messageOf(kind: ChannelKind, to: string, over: Partial<Message> = {}): Message {
  return {
    notificationId: NOTIFICATION_ID,
    tenant: { merchantId: '019a0000-0000-7000-8000-0000000000cc', mode: 'live' },
    shipmentId: SHIPMENT_ID,
    milestone: 'delivered',
    to,
    rendered: renderedOf(kind),
    ...over,
  };
}

export function renderedOf(kind: ChannelKind): Rendered {
  switch (kind) {
    case 'email':
      return {
        kind,
        subject: 'Zugestellt: „Päckchen“ 📦',
        html: `<p>${TEXT.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</p>`,
        text: TEXT,
        unsubscribeUrl: 'https://hub.example/unsubscribe?t=abc.def',
        fromName: 'Lädchen',
        replyTo: 'hilfe@shop.example',
      };
    case 'sms':
      return { kind, text: TEXT };
    case 'push':
      return { kind, title: 'Zugestellt 📦', body: TEXT, url: 'https://hub.example/track/x' };
    case 'webhook':
      return { kind, body: { text: TEXT } };
    case 'ticket':
      return {
        kind,
        subject: 'Paket 7: Schaden',
        text: TEXT,
        tags: ['delivery-exception', 'damaged'],
        externalId: 'case-019a',
        update: { kind: 'opened', happened: ['opened'], contact: null },
      };
  }
}

export interface FakeCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface FakeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface FakeServer {
  readonly url: string;
  fault(fault: Fault | null): void;
  close(): Promise<void>;
}

/**
 * A provider over HTTP. Faults befall what sends a message, not how one signs in.
 *
 * @param answer What the provider says; it keeps what it takes.
 */
export async function startFake(
  isSend: (call: FakeCall) => boolean,
  answer: (call: FakeCall) => FakeAnswer | Promise<FakeAnswer>,
  errorBody: unknown,
): Promise<FakeServer> {
  let current: Fault | null = null;
  const server = createServer((request, response) => {
    void respond(request, response);
  });
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const read = await readBody(request, 1024 * 1024);
    if (read.kind !== 'body') return void response.destroy();
    const url = new URL(request.url ?? '/', 'http://fake.invalid');
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const call: FakeCall = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers,
      body: Buffer.from(read.bytes),
    };
    const fault = isSend(call) ? current : null;
    const say = ({ status, headers: more = {}, body }: FakeAnswer): void => {
      const type = typeof body === 'string' ? 'text/html' : 'application/json';
      response.writeHead(status, { 'content-type': type, ...more });
      response.end(
        body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
      );
    };
    switch (fault) {
      case 'silent':
        return;
      case 'rate_limited':
        return say({ status: 429, headers: { 'retry-after': '7' }, body: errorBody });
      case 'server_error':
        return say({ status: 500, body: errorBody });
      case 'unavailable':
        return say({ status: 503, body: '<html>down for maintenance</html>' });
      case 'taken_and_gone':
        await answer(call);
        return void response.destroy();
      case 'garbage': {
        const { status } = await answer(call);
        return say({ status, body: '<html>Please sign in to the guest network</html>' });
      }
      case null:
        return say(await answer(call));
    }
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    fault: (fault) => {
      current = fault;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Nobody listens on it: it was free a moment ago, and is below what systems hand out. */
export const NOWHERE = 'http://127.0.0.1:1';
