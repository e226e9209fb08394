import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { RequestContext, SocketRoute } from '../../../http/kit/route.ts';
import { Problem } from '../../../kernel/errors.ts';
import { parseJson } from '../../../kernel/wire/json.ts';
import type { LiveTicket } from '../../../merchants/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { englishIssue, englishItem } from '../../../platform/messages/error-text.ts';
import type { Watcher } from './batch-sender.ts';
import type { Live } from './live.ts';
import type { Subscription } from './live-hub.ts';
import { type ResolvedTopics, resolveTopics, TOPICS_MAX, type TopicFault } from './topics.ts';

/** Two hundred topics of the longest kind fit. */
const BYTES_MAX = 65_536;

/** `WS /live`: with a merchant's key, or from a browser with a ticket. */
export function liveSocketRoute(live: Live): SocketRoute {
  return {
    path: '/live',
    bytesMax: BYTES_MAX,
    async admit(request, context) {
      const { tenant, keyId, topics } = await authenticateClient(live, request, context);
      const leave = live.places.take(tenant.merchantId);
      return {
        refused: leave,
        open(socket, wire) {
          let forget = (): void => {};
          const client = new SocketClient(socket, {
            wire,
            resolve: (names) => resolveTopics(live.resolving, tenant, names, topics),
            join: (watcher) => live.hub.join(tenant, watcher),
            clock: live.clock,
            onClose() {
              forget();
              leave();
            },
            onFailure: (err) => context.log.warn({ err }, 'live topics could not be looked up'),
          });
          forget = live.connections.add({
            keyId,
            ping: () => client.ping(),
            endRevoked: () => client.endRevoked(),
            end: () => client.end(),
          });
        },
      };
    },
  };
}

async function authenticateClient(
  live: Live,
  request: IncomingMessage,
  context: RequestContext,
): Promise<Omit<LiveTicket, 'origin'>> {
  const { origin } = request.headers;
  const text = context.query.get('ticket');
  if (text !== null) {
    const waitS = live.ticketClients.take(context.clientIp);
    if (waitS > 0) {
      const detail = 'positions.tooManyTickets';
      throw new Problem('rate_limited', detail, { retryAfterS: waitS });
    }
    const ticket = await live.tickets.take(text);
    if (ticket === null) {
      throw new Problem('unauthenticated', 'positions.ticketUnknownOrExpired', {
        fix: 'positions.requestNewTicket',
      });
    }
    assertOrigin(origin, ticket.origin);
    return ticket;
  }
  const key = await live.gate.admit(request, context.clientIp);
  assertOrigin(origin, live.ownOrigin());
  return { tenant: { merchantId: key.merchantId, mode: key.mode }, keyId: key.id, topics: null };
}

/** Programs send no Origin; a browser sends its page's origin, which the page cannot change. */
function assertOrigin(sent: string | undefined, wanted: string): void {
  if (sent === undefined || sent === wanted) return;
  throw new Problem('forbidden', 'positions.originNotAllowed', {
    fix: 'positions.setTicketOrigin',
  });
}

/** Above this many unread bytes, only the newest update is kept until the client reads. */
const UNREAD_BYTES_MAX = 65_536;
/** Messages of one client: a screen subscribes a few times. */
const BURST = 30;
const PER_S = 5;
/** This many topics in a message count as one more message, because each is looked up. */
const TOPICS_PER_MESSAGE = 20;
/** Limit of unread answers for a client that keeps sending. */
const ANSWERS_UNREAD_BYTES_MAX = 262_144;
const FLOOD_CUT_MS = 1_000;
/** Close codes: RFC 6455's, and one of ours. */
const POLICY = 1008;
const REVOKED = 4401;
const GOING_AWAY = 1001;

const names = z.array(z.string().max(200)).max(TOPICS_MAX);
const message = z.strictObject({
  subscribe: names.optional(),
  unsubscribe: names.optional(),
  resume: z.record(z.string(), z.int().nonnegative()).optional(),
});

/** The part of a WebSocket used here. */
export type ClientSocket = Pick<EventEmitter, 'on'> &
  Pick<
    WebSocket,
    'OPEN' | 'bufferedAmount' | 'close' | 'pause' | 'ping' | 'readyState' | 'send' | 'terminate'
  >;

interface SocketClientDeps {
  /** Accepts whole frames. */
  readonly wire: Pick<Writable, 'write'>;
  readonly resolve: (names: readonly string[]) => Promise<ResolvedTopics>;
  readonly join: (watcher: Watcher) => Subscription;
  readonly clock: Clock;
  readonly onClose: () => void;
  readonly onFailure: (error: unknown) => void;
}

/** The hub's side of one WebSocket. */
export class SocketClient {
  readonly #socket: ClientSocket;
  readonly #deps: SocketClientDeps;
  readonly #subscription: Subscription;
  #hasPonged = true;
  #isCut = false;
  #allowance = BURST;
  #countedAtMs: number;
  #work: Promise<void> = Promise.resolve();

  constructor(socket: ClientSocket, deps: SocketClientDeps) {
    this.#socket = socket;
    this.#deps = deps;
    this.#countedAtMs = deps.clock.nowMs();
    this.#subscription = deps.join({
      isBlocked: () => socket.bufferedAmount > UNREAD_BYTES_MAX,
      // Bypasses the library, which would write a header for each client: all clients get the same
      // frame.
      send: (batch) => {
        if (socket.readyState === socket.OPEN) deps.wire.write(batch.frame);
      },
    });
    socket.on('pong', () => {
      // An unsolicited pong counts as a message.
      if (this.#hasPonged) this.#charge();
      this.#hasPonged = true;
    });
    socket.on('ping', () => this.#charge());
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    socket.on('close', () => {
      this.#subscription.end();
      deps.onClose();
    });
  }

  ping(): void {
    if (!this.#hasPonged) {
      this.#socket.terminate();
      return;
    }
    this.#hasPonged = false;
    this.#socket.ping();
  }

  endRevoked(): void {
    this.#socket.close(REVOKED, 'the key was revoked');
  }

  end(): void {
    this.#socket.close(GOING_AWAY, 'the server is shutting down');
  }

  /** Counts messages. Returns false if the client sends too much and is being cut off. */
  #charge(messages = 1): boolean {
    if (this.#isCut) return false;
    const nowMs = this.#deps.clock.nowMs();
    const passedS = Math.max(0, nowMs - this.#countedAtMs) / 1_000;
    this.#countedAtMs = nowMs;
    this.#allowance = Math.min(BURST, this.#allowance + passedS * PER_S) - messages;
    if (this.#allowance >= 0) return true;
    this.#isCut = true;
    this.#socket.close(POLICY, 'too many messages');
    // Stop reading messages it has already sent.
    this.#socket.pause();
    setTimeout(() => this.#socket.terminate(), FLOOD_CUT_MS).unref();
    return false;
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#socket.readyState !== this.#socket.OPEN || !this.#charge()) return;
    const read = isBinary ? null : readMessage(data.toString('utf8'));
    if (read === null || 'fault' in read) {
      this.#send({ type: 'error', code: 'invalid', detail: read?.fault ?? NO_TEXT, fix: FIX });
      return;
    }
    if (!this.#charge(Math.floor((read.subscribe?.length ?? 0) / TOPICS_PER_MESSAGE))) return;
    // Processed in order: an unsubscribe refers to the subscription before it.
    this.#work = this.#work
      .then(() => this.#updateSubscription(read))
      .catch((error: unknown) => {
        this.#deps.onFailure(error);
        this.#send({
          type: 'error',
          code: 'internal',
          detail: 'The request failed.',
          fix: RETRY,
        });
      });
  }

  async #updateSubscription({
    subscribe = [],
    unsubscribe = [],
    resume = {},
  }: Message): Promise<void> {
    for (const name of unsubscribe) this.#subscription.remove(name);
    // Resubscribing to a watched topic requests it again in full; it takes no more room.
    const topics = [...new Set(subscribe)];
    const again = topics.filter((name) => this.#subscription.has(name));
    const names = topics.filter((name) => !this.#subscription.has(name));
    const room = Math.max(0, TOPICS_MAX - this.#subscription.size);
    const { found, refused } = await this.#deps.resolve([...again, ...names.slice(0, room)]);
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    for (const [name, topic] of found) {
      const since = Object.hasOwn(resume, name) ? (resume[name] ?? null) : null;
      this.#subscription.add(name, topic, since);
    }
    const tooMany = names.slice(room).map(
      (topic): TopicFault => ({
        topic: topic.slice(0, 100),
        reason: { 'positions.connectionTopicsExhausted': { topicsMax: TOPICS_MAX } },
        fix: 'positions.watchAllOrReconnect',
      }),
    );
    this.#send({
      type: 'subscribed',
      topics: [...found.keys()],
      refused: [...refused, ...tooMany].map(englishItem),
    });
  }

  #send(message: object): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > ANSWERS_UNREAD_BYTES_MAX) this.#socket.terminate();
    else this.#socket.send(JSON.stringify(message));
  }
}

type Message = z.output<typeof message>;

const NO_TEXT = 'Messages must be JSON text frames.';
const FIX =
  'Send {"subscribe":[TOPIC]}, after a break with {"resume":{TOPIC:SEQ}}. docs/live.md lists the topics.';
const RETRY = 'Send it again in some seconds.';

function readMessage(text: string): Message | { readonly fault: string } {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    return { fault: NO_TEXT };
  }
  const read = message.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `/${issue.path.join('/')}: `;
  return {
    fault:
      `${where}${issue === undefined ? 'It cannot be used.' : englishIssue(issue.message)}`.slice(
        0,
        300,
      ),
  };
}
