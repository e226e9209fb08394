import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from '../../../platform/net/read-body.ts';
import type { ChannelKind, DeliveryStatusCall, Message, Rendered } from '../contract.ts';

/**
 * What the common suite needs for each channel: a server that speaks the provider's protocol, with
 * its authentication and its error bodies, and that knows nothing about the plug-in.
 */
export interface ChannelBench {
  readonly kind: ChannelKind;
  readonly to: string;
  /** Addresses that the plug-in itself rejects; empty for channels without addresses. */
  readonly malformed: readonly string[];
  /** A valid address that the provider refuses; null if the provider never refuses one at once. */
  readonly refusedTo: string | null;
  /** Whether an answer consists of its status alone. */
  readonly statusIsAll?: boolean;
  /** Whether there is no way to verify the credentials with the provider. */
  readonly unaskable?: boolean;
  /** Whether the channel uses a network. */
  readonly networked?: boolean;
  /**
   * Starts the server.
   *
   * @param mailbox the folder that the channel gets.
   */
  start(mailbox: string): Promise<BenchServer>;
}

export interface BenchServer {
  readonly config: Readonly<Record<string, unknown>>;
  /**
   * The same configuration with credentials that the provider does not know; null: there are none.
   */
  readonly wrongConfig: Readonly<Record<string, unknown>> | null;
  readonly apiUrl: string | null;
  /** A configuration that leads to a port on which nobody listens. */
  readonly nowhere: {
    readonly config: Readonly<Record<string, unknown>>;
    readonly apiUrl: string | null;
    readonly to?: string;
  };
  /** The address, if the server is part of it. */
  readonly to?: string;
  readonly refusedTo?: string;
  /** Defines how the next messages are answered. */
  fault(fault: Fault | null): void;
  /** The messages that the provider has accepted, each as often as it would reach somebody. */
  accepted(): readonly AcceptedMessage[] | Promise<readonly AcceptedMessage[]>;
  readonly deliveryStatuses?: BenchDeliveryStatuses;
  close(): Promise<void>;
}

export type Fault =
  | 'rate_limited'
  | 'server_error'
  | 'unavailable'
  /** The server accepts the connection, reads, and never answers. */
  | 'silent'
  /** The server accepts the message and closes the connection. */
  | 'taken_and_gone'
  /** The status is a success, but the body is not one of the provider's. */
  | 'garbage';

export interface AcceptedMessage {
  readonly to: string;
  readonly text: string;
  readonly subject: string | null;
  /** The key that a repeat has in common with the first message; null: there is none. */
  readonly key: string | null;
  /**
   * The headers as the recipient's program sees them, with names in lower case; null: there are
   * none.
   */
  readonly headers: Readonly<Record<string, string>> | null;
}

export interface BenchDeliveryStatuses {
  /** Makes a signed call as the provider would. */
  call(deliveryStatus: ReportedStatus): DeliveryStatusCall | Promise<DeliveryStatusCall>;
  /** Makes an authentic call with content that the provider would never send. */
  readonly unreadable: (nowMs: number) => DeliveryStatusCall | Promise<DeliveryStatusCall>;
  /** Whether the signature covers a time. */
  readonly dated: boolean;
  /** The states that the provider can report. */
  readonly states: readonly ReportedStatus['state'][];
}

export interface ReportedStatus {
  readonly state: 'delivered' | 'bounced' | 'complained';
  readonly notificationId: string;
  readonly providerId: string;
  readonly nowMs: number;
  /** The URL that is configured at the provider for its calls; absent: any. */
  readonly at?: string;
}

export const NOTIFICATION_ID = '019a0000-0000-7000-8000-0000000000aa';
export const SHIPMENT_ID = '019a0000-0000-7000-8000-0000000000bb';

/** A text with everything that is difficult: umlauts, CJK, an emoji, quotes, a line break. */
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
 * Starts a fake provider over HTTP. Faults apply to requests that send a message, not to
 * authentication.
 *
 * @param answer the provider's answers; it records the messages that it accepts.
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

/** An address on which nobody listens: port 1 is lower than those that systems assign. */
export const NOWHERE = 'http://127.0.0.1:1';
