import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request } from 'node:http';
import { Agent as HttpsAgent, request as requestTls } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import {
  dial,
  NOT_PUBLIC,
  NoSuchHost,
  type OpenSocket,
  openTcp,
  RefusedPeer,
  TlsFailure,
} from './egress/connect.ts';
import { createAddressList, isPublicAddress } from './egress/public-address.ts';
import { createResolver, type Resolve } from './egress/resolver.ts';
import {
  isRefusal,
  notOfTheInternet,
  type Refusal,
  readTarget,
  refusal,
  type Target,
} from './egress/url-rules.ts';

export type { Refusal } from './egress/url-rules.ts';
export { URL_CHARS_MAX } from './egress/url-rules.ts';

/**
 * Posts to URLs that strangers gave us, and to nowhere but the public internet. The address is
 * checked on the socket that is really used, so a name that changes its mind between two lookups
 * (DNS rebinding) gains nothing; redirects are answers like any other, never followed; no proxy is
 * taken from the environment.
 */
export interface Egress {
  post(request: EgressRequest): Promise<EgressOutcome>;
  /** For the moment a URL is saved: null, or why a post to it would be refused as things stand. */
  checkUrl(url: string, options?: { readonly requireTls?: boolean }): Promise<Refusal | null>;
  /**
   * A TCP connection for another protocol, such as SMTP, under the same rules. Rejects when there is
   * none; which ports a protocol may have is for the caller to know.
   */
  connect(peer: { readonly host: string; readonly port: number }): Promise<Socket>;
  /** Closes the connections that nothing runs on; what is under way may finish. */
  close(): void;
}

export interface EgressRequest {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Plain http is refused, except to addresses that the operator allows. */
  readonly requireTls?: boolean;
  /** For the whole exchange, from the lookup to the end of the answer. */
  readonly timeoutMs?: number;
}

export type EgressOutcome =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Names in lower case; several of one name are joined by a comma. */
      readonly headers: Readonly<Record<string, string>>;
      /** The beginning of the body, as UTF-8. */
      readonly text: string;
      /** The body was longer, or did not end in time. */
      readonly truncated: boolean;
    }
  /** It was not and will not be sent, until the URL, its DNS or the settings change. */
  | { readonly kind: 'refused'; readonly reason: Refusal['reason']; readonly detail: string }
  | {
      readonly kind: 'failed';
      readonly reason: 'timeout' | 'dns' | 'tls' | 'network';
      /** Short, without secrets: a code such as ECONNREFUSED or CERT_HAS_EXPIRED. */
      readonly detail: string;
    };

export interface EgressOptions {
  /** CIDRs that may be reached although they are not public (`WAYBILL_EGRESS_ALLOW`). */
  readonly allow?: readonly string[];
  readonly timeoutMs?: number;
  /** Of an answer; what is longer is cut off, and the connection with it. */
  readonly answerBytesMax?: number;
  /** Who asks, for the receiver's log. */
  readonly userAgent?: string;
  readonly resolve?: Resolve;
  readonly open?: OpenSocket;
  /** Certificates to trust instead of the system's, for tests. */
  readonly ca?: string;
}

const TIMEOUT_MS = 15_000;
/** Enough to show what a receiver complained about. */
const ANSWER_BYTES_MAX = 16 * 1024;
/** The status is the answer; a body that trickles on is waited for this long. */
const BODY_MS_MAX = 2_000;
/** Shorter than the minute after which most servers hang up, so that they rarely do first. */
const IDLE_MS = 30_000;
/** Idle connections to one host; more were only needed in a burst. */
const IDLE_PER_HOST_MAX = 64;

export function createEgress(options: EgressOptions = {}): Egress {
  const { timeoutMs: timeoutMsDefault = TIMEOUT_MS } = options;
  const answerBytesMax = options.answerBytesMax ?? ANSWER_BYTES_MAX;
  const resolve = options.resolve ?? createResolver();
  const open = options.open ?? openTcp;
  const isAllowed = createAddressList(options.allow ?? []);
  const isReachable = (address: string): boolean => isPublicAddress(address) || isAllowed(address);

  /** Every connection of such a pool leads to an address that `mayReach` accepted. */
  function pooled<T extends HttpAgent>(agent: T, tls: boolean, mayReach: MayReach): T {
    const dialling = { mayReach, open, timeoutMs: timeoutMsDefault };
    agent.createConnection = ({ host, port }, done) => {
      const permitted = (name: string) => permittedAddresses(name, resolve, mayReach);
      const peer = { host: String(host), port: Number(port), tls, ca: options.ca };
      dial(peer, { ...dialling, permitted }).then(
        (socket) => done?.(null, socket),
        (error: Error) => done?.(error, NO_SOCKET),
      );
      return null;
    };
    return agent;
  }

  const agents = {
    tls: pooled(new HttpsAgent(AGENT), true, isReachable),
    plain: pooled(new HttpAgent(AGENT), false, isReachable),
    /** A pool of its own: a connection of the other may lead where only tests may go unencrypted. */
    plainAllowed: pooled(new HttpAgent(AGENT), false, isAllowed),
  };
  const agentFor = ({ tls }: Target, requireTls: boolean): HttpAgent => {
    if (tls) return agents.tls;
    return requireTls ? agents.plainAllowed : agents.plain;
  };

  return {
    async post({ url, headers = {}, body, requireTls = false, timeoutMs = timeoutMsDefault }) {
      const target = readTarget(url);
      if (isRefusal(target)) return { kind: 'refused', ...target };
      const call = {
        target,
        agent: agentFor(target, requireTls),
        headers: { 'user-agent': options.userAgent ?? 'Waybill', ...headers },
        body,
        deadlineMs: performance.now() + timeoutMs,
        answerBytesMax,
      };
      const first = await exchange(call);
      // A kept connection may be hung up on just when it is used again. Receivers know a repeated
      // request by its id, so one more try on another connection is safe.
      const outcome = first === 'stale' ? await exchange(call) : first;
      if (outcome === 'stale') return { kind: 'failed', reason: 'network', detail: 'ECONNRESET' };
      if (outcome.kind !== 'refused' || outcome.reason !== 'address') return outcome;
      return requireTls && !target.tls ? { kind: 'refused', ...PLAIN_HTTP } : outcome;
    },

    async checkUrl(url, { requireTls = false } = {}) {
      const target = readTarget(url);
      if (isRefusal(target)) return target;
      const mustBeAllowed = requireTls && !target.tls;
      const mayReach = mustBeAllowed ? isAllowed : isReachable;
      try {
        await permittedAddresses(target.host, resolve, mayReach);
        return null;
      } catch (error) {
        if (mustBeAllowed) return PLAIN_HTTP;
        if (error instanceof RefusedPeer) return error.refusal;
        // A name that nobody knows yet may be known when the first event comes; but one without a
        // dot (`undefined`, `server`) is none of the internet.
        return target.host.includes('.') ? null : notOfTheInternet(target.host);
      }
    },

    connect({ host, port }) {
      const permitted = (name: string) => permittedAddresses(name, resolve, isReachable);
      const dialling = { mayReach: isReachable, open, timeoutMs: timeoutMsDefault, permitted };
      return dial({ host, port, tls: false, ca: undefined }, dialling);
    },

    close() {
      for (const { freeSockets } of Object.values(agents)) {
        for (const sockets of Object.values(freeSockets)) {
          for (const socket of sockets ?? []) socket.destroy();
        }
      }
    },
  };
}

type MayReach = (address: string) => boolean;

const AGENT = { keepAlive: true, timeout: IDLE_MS, maxFreeSockets: IDLE_PER_HOST_MAX };

/** What Node's agent is handed beside an error; it does not look at it. */
const NO_SOCKET = new Duplex();

const PLAIN_HTTP = refusal(
  'plain_http',
  'expected a URL that begins with https://; live events go unencrypted only to addresses that ' +
    'the operator lists in WAYBILL_EGRESS_ALLOW',
);

/** One name may have many addresses; trying more than these takes longer than anybody waits. */
const ADDRESSES_MAX = 8;

async function permittedAddresses(
  host: string,
  resolve: Resolve,
  mayReach: MayReach,
): Promise<readonly string[]> {
  const addresses = isIP(host) === 0 ? await resolve(host).catch(() => []) : [host];
  if (addresses.length === 0) throw new NoSuchHost('the host name has no address');
  const permitted = addresses.filter(mayReach);
  if (permitted.length === 0) throw new RefusedPeer(NOT_PUBLIC);
  return permitted.slice(0, ADDRESSES_MAX);
}

interface Call {
  readonly target: Target;
  readonly agent: HttpAgent;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  readonly deadlineMs: number;
  readonly answerBytesMax: number;
}

/** `stale`: a connection from the pool was closed before a byte of an answer came. */
function exchange(call: Call): Promise<EgressOutcome | 'stale'> {
  const { target, agent, headers, deadlineMs } = call;
  const body = Buffer.from(call.body);
  return new Promise((resolve) => {
    const send = target.tls ? requestTls : request;
    const asked: ClientRequest = send({
      method: 'POST',
      agent,
      host: target.host,
      port: target.port,
      path: target.path,
      headers: { ...headers, 'content-length': String(body.byteLength) },
    });
    // A request that has no connection yet tells of its end only when it gets one.
    const timer = setTimeout(
      () => {
        resolve({ kind: 'failed', reason: 'timeout', detail: 'no answer in time' });
        asked.destroy();
      },
      Math.max(0, deadlineMs - performance.now()),
    );
    asked.on('error', (error) => {
      clearTimeout(timer);
      if (asked.reusedSocket && codeOf(error) === 'ECONNRESET') resolve('stale');
      else resolve(outcomeOf(error));
    });
    asked.on('response', (answer) => {
      clearTimeout(timer);
      beginning(answer, call).then(({ text, truncated }) => {
        const { statusCode: status = 0 } = answer;
        resolve({ kind: 'answer', status, headers: plainHeaders(answer), text, truncated });
      });
    });
    asked.end(body);
  });
}

/** The body as far as it comes; that it breaks off does not undo the status. */
function beginning(
  answer: IncomingMessage,
  { answerBytesMax, deadlineMs }: Call,
): Promise<{ readonly text: string; readonly truncated: boolean }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let ended = false;
    const end = (truncated: boolean): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      const bytes = Buffer.concat(chunks, length).subarray(0, answerBytesMax);
      resolve({ text: bytes.toString('utf8'), truncated });
      if (truncated) answer.destroy();
    };
    const timer = setTimeout(
      () => end(true),
      Math.max(0, Math.min(BODY_MS_MAX, deadlineMs - performance.now())),
    );
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > answerBytesMax) end(true);
    });
    answer.on('end', () => end(false));
    answer.on('error', () => end(true));
    answer.on('close', () => end(true));
  });
}

function outcomeOf(error: Error): EgressOutcome {
  if (error instanceof RefusedPeer) return { kind: 'refused', ...error.refusal };
  if (error instanceof NoSuchHost) return { kind: 'failed', reason: 'dns', detail: 'ENOTFOUND' };
  if (error instanceof TlsFailure) return { kind: 'failed', reason: 'tls', detail: error.message };
  return { kind: 'failed', reason: 'network', detail: codeOf(error) };
}

/** Never the message: it may quote what the other side sent, and names addresses. */
function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : 'broken off';
}

function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}
