import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  type RequestOptions,
  request as requestPlain,
} from 'node:http';
import { Agent as HttpsAgent, request as requestTls } from 'node:https';
import { Readable } from 'node:stream';
import type { AxiosInstance } from 'axios';

/** Calls other people's servers. Answers and failures are values: it never throws. */
export interface HttpClient {
  send(request: HttpRequest): Promise<HttpOutcome>;
  /** Closes idle connections; running requests may finish. */
  close(): void;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PURGE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The time limit of the whole exchange, from connecting to the last byte. */
  readonly timeoutMs?: number;
  /** When it is aborted, the exchange fails as if its time were over. */
  readonly signal?: AbortSignal;
}

/** An HTTP client that sends bodies of bytes, too. */
export interface BytesClient extends HttpClient {
  send(request: HttpRequest | BytesRequest): Promise<HttpOutcome>;
}

interface BytesRequest extends Omit<HttpRequest, 'body'> {
  readonly body: Buffer;
}

export type HttpOutcome =
  | {
      readonly kind: 'answer';
      /** Any status, including redirects, because none is followed. */
      readonly status: number;
      /** Names are in lower case; several values of one name are joined by a comma. */
      readonly headers: Readonly<Record<string, string>>;
      /** The whole body, decompressed. */
      readonly bytes: Uint8Array;
      /** The body in the charset that the answer names, or else in UTF-8. */
      readonly text: string;
    }
  | {
      readonly kind: 'failed';
      readonly reason: 'timeout' | 'network' | 'too_large';
      /** There was no connection, so the other side has certainly read nothing. */
      readonly unsent?: true;
    };

export interface HttpClientOptions {
  readonly timeoutMs?: number;
  /**
   * The maximum bytes of an answer after decompression: a small body may expand to a very large
   * one.
   */
  readonly answerBytesMax?: number;
  /** The most connections to one server at a time; further requests wait. */
  readonly connectionsMax?: number;
  /**
   * False: a new connection for each request. An idle one may be closed just as it is used again,
   * and then nobody knows whether the request was read. Absent: true.
   */
  readonly keepAlive?: boolean;
}

const TIMEOUT_MS = 20_000;
/** The largest answers known are batches of a few dozen parcels and images of signatures. */
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;
const CONNECTIONS_MAX = 32;
/**
 * Shorter than the half minute after which most servers close a connection, so that they rarely do
 * first.
 */
const IDLE_MS = 15_000;

/**
 * Creates the client. It follows no redirects: an integration should not read a login page or
 * another host's answer, and a redirect would carry credentials there. It ignores proxies from the
 * environment: where one is needed, it is configured as the origin.
 */
export function createHttpClient(options: HttpClientOptions = {}): BytesClient {
  const { timeoutMs: timeoutMsDefault = TIMEOUT_MS, answerBytesMax = ANSWER_BYTES_MAX } = options;
  const agent = {
    keepAlive: options.keepAlive ?? true,
    timeout: IDLE_MS,
    maxSockets: options.connectionsMax ?? CONNECTIONS_MAX,
  };
  const httpAgent = new HttpAgent(agent);
  const httpsAgent = new HttpsAgent(agent);
  let client: Promise<AxiosInstance> | null = null;

  return {
    async send(request) {
      client ??= createAxios(httpAgent, httpsAgent);
      const axios = await client;
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), request.timeoutMs ?? timeoutMsDefault);
      const cutOff = (): void => deadline.abort();
      request.signal?.addEventListener('abort', cutOff, { once: true });
      if (request.signal?.aborted === true) cutOff();
      const progress = { connected: false };
      try {
        const answer = await axios.request<unknown>({
          method: request.method,
          url: request.url,
          signal: deadline.signal,
          transport: recordingTransport(request.url, progress),
          ...(request.headers === undefined ? {} : { headers: { ...request.headers } }),
          ...(request.body === undefined ? {} : { data: request.body }),
        });
        const body = answer.data;
        if (!(body instanceof Readable)) return { kind: 'failed', reason: 'network' };
        const bytes = await collect(body, answerBytesMax, deadline.signal);
        if (bytes === null) return { kind: 'failed', reason: 'too_large' };
        const headers = plainHeaders(answer.headers);
        const text = decodeBody(bytes, headers['content-type']);
        return { kind: 'answer', status: answer.status, headers, bytes, text };
      } catch {
        // Nothing of the error is passed on: it contains the request, and with it credentials.
        const reason = deadline.signal.aborted ? 'timeout' : 'network';
        return { kind: 'failed', reason, ...(progress.connected ? {} : { unsent: true }) };
      } finally {
        clearTimeout(timer);
        request.signal?.removeEventListener('abort', cutOff);
      }
    },

    close() {
      for (const { freeSockets } of [httpAgent, httpsAgent]) {
        for (const sockets of Object.values(freeSockets)) {
          for (const socket of sockets ?? []) socket.destroy();
        }
      }
    },
  };
}

/** Loaded with the first request: a hub that has just started calls nobody yet. */
async function createAxios(httpAgent: HttpAgent, httpsAgent: HttpsAgent): Promise<AxiosInstance> {
  const { default: axios } = await import('axios');
  return axios.create({
    adapter: 'http',
    httpAgent,
    httpsAgent,
    maxRedirects: 0,
    proxy: false,
    responseType: 'stream',
    decompress: true,
    validateStatus: () => true,
    transformRequest: [(data: unknown) => data],
    headers: { 'user-agent': 'waybill', accept: '*/*' },
  });
}

/** Wraps Node's own transport to record when there is a connection over which bytes can be sent. */
function recordingTransport(url: string, progress: { connected: boolean }) {
  const isTls = url.toLowerCase().startsWith('https:');
  return {
    request(options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest {
      const request = (isTls ? requestTls : requestPlain)(options, onAnswer);
      request.once('socket', (socket) => {
        const note = (): void => {
          progress.connected = true;
        };
        if (socket.connecting) socket.once(isTls ? 'secureConnect' : 'connect', note);
        else note();
      });
      return request;
    },
  };
}

/** Reads the whole body; null if it is longer than allowed. Rejects if it breaks off. */
function collect(
  body: Readable,
  bytesMax: number,
  deadline: AbortSignal,
): Promise<Uint8Array | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const abort = (): void => {
      body.destroy(new Error('the deadline has passed'));
    };
    const settle = (act: () => void): void => {
      deadline.removeEventListener('abort', abort);
      act();
    };
    deadline.addEventListener('abort', abort);
    if (deadline.aborted) abort();
    body.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= bytesMax) {
        chunks.push(chunk);
        return;
      }
      body.destroy();
      settle(() => resolve(null));
    });
    body.on('end', () => settle(() => resolve(Buffer.concat(chunks, length))));
    body.on('error', (error) => settle(() => reject(error)));
    body.on('close', () => settle(() => reject(new Error('the answer was cut off'))));
  });
}

function plainHeaders(headers: object): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') plain[name.toLowerCase()] = value;
    else if (Array.isArray(value)) plain[name.toLowerCase()] = value.join(', ');
  }
  return plain;
}

/**
 * Decodes a body. Old XML services still answer in Latin-1; an unknown charset is read as UTF-8.
 */
function decodeBody(bytes: Uint8Array, contentType: string | undefined): string {
  const charset = /charset="?([\w.:-]+)/i.exec(contentType ?? '')?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
