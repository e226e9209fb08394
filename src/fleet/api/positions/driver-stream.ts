import type { WebSocket } from 'ws';
import { z } from 'zod';
import { problemBody, toProblem } from '../../../http/kit/problem.ts';
import { createRateLimiter } from '../../../http/kit/rate-limit.ts';
import type { RequestContext, SocketRoute } from '../../../http/kit/route.ts';
import { parseBody } from '../../../http/kit/validation.ts';
import { clockOffsetMs } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { parseJson } from '../../../kernel/wire/json.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Clock } from '../../../platform/clock.ts';
import { type Loop, startLoop } from '../../../platform/work/loop.ts';
import type { Devices, Driver } from '../../couriers/index.ts';
import type { Positions } from '../../positions/index.ts';
import { createDriverGate } from '../driver/driver-route.ts';
import { assertAnyAccepted, resultsJson } from './results-json.ts';
import { positionBatch } from './schema.ts';

interface DriverStreamDeps {
  readonly positions: Positions;
  readonly devices: Pick<Devices, 'admit' | 'states'>;
  readonly clock: Clock;
}

/** Room for five hundred positions with every member. */
const BYTES_MAX = 262_144;
/** Messages of one device, over all its connections: reconnecting does not raise the limit. */
const BURST = 60;
const PER_S = 5;
/** Unread answers of a device that keeps sending. */
const UNREAD_BYTES_MAX = 262_144;
const PING_EVERY_MS = 25_000;
const RETRY_AFTER_S = 2;
/** Grace period, after which a flooding device that does not disconnect is cut off. */
const CUT_MS = 1_000;
/** Close codes: RFC 6455's, and two of ours. */
const POLICY = 1008;
const REVOKED = 4401;
const REPLACED = 4409;

const withTime = z.strictObject({ sent_at: z.string().max(64), positions: z.unknown() });

/**
 * `WS /driver/stream`: positions of the device's courier for as long as the device is connected,
 * with the rules and results of `POST /driver/positions`. A device has one connection: a newer one
 * ends the older.
 */
export function driverStreamRoute(deps: DriverStreamDeps): SocketRoute {
  const gate = createDriverGate(deps.devices, deps.clock);
  const rates = createRateLimiter({
    name: 'position streams',
    burst: BURST,
    perS: PER_S,
    clock: deps.clock,
  });
  const open = new Map<string, DriverStream>();
  return {
    path: '/driver/stream',
    bytesMax: BYTES_MAX,
    async admit(request, context) {
      const driver = await gate.admit(request, context.clientIp);
      return {
        open(socket) {
          open.get(driver.deviceId)?.replace();
          const stream = new DriverStream(socket, {
            context,
            isWithinLimit: () => rates.take(driver.deviceId) === 0,
            take: (text) => acceptPositions(deps.positions, gate, driver, deps.clock, text),
            onClose() {
              if (open.get(driver.deviceId) === stream) open.delete(driver.deviceId);
            },
          });
          open.set(driver.deviceId, stream);
        },
      };
    },
  };
}

/** Stores the positions of one message and returns the answer to it. Throws `Problem`. */
async function acceptPositions(
  positions: Positions,
  gate: ReturnType<typeof createDriverGate>,
  driver: Driver,
  clock: Clock,
  text: string,
): Promise<string> {
  // Checked each time: a revoked phone is rejected from the next message on.
  await gate.assertStill(driver);
  const { rows, offsetMs } = readMessage(text, clock.nowMs());
  const courierId = wireId('courier', driver.courierId);
  const sender = { tenant: driver.tenant, courierId, clockOffsetMs: offsetMs };
  const results = await positions.intake.take(sender, parseBody(positionBatch, rows));
  if (results === null) {
    throw new Problem('overloaded', 'positions.positionsNotAccepted', {
      retryAfterS: RETRY_AFTER_S,
    });
  }
  assertAnyAccepted(results);
  return resultsJson(results);
}

function readMessage(text: string, nowMs: number) {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw new Problem('unreadable_json', 'positions.messageNotJson', { fix: FIX });
  }
  if (Array.isArray(value)) return { rows: value as unknown, offsetMs: null };
  const { sent_at: sentAt, positions } = parseBody(withTime, value);
  return { rows: positions, offsetMs: clockOffsetMs(sentAt, nowMs) };
}

const FIX = 'positions.usePositionList';

interface StreamDeps {
  /** Counts a message; false: the limit is exceeded. */
  readonly isWithinLimit: () => boolean;
  readonly context: RequestContext;
  readonly take: (text: string) => Promise<string>;
  readonly onClose: () => void;
}

/** The hub's side of one device's connection. Messages are answered one by one, in order. */
class DriverStream {
  readonly #socket: WebSocket;
  readonly #deps: StreamDeps;
  readonly #heartbeat: Loop;
  #work: Promise<void> = Promise.resolve();
  #hasPonged = true;
  #isCut = false;

  constructor(socket: WebSocket, deps: StreamDeps) {
    this.#socket = socket;
    this.#deps = deps;
    this.#heartbeat = startLoop({
      run: () => this.#ping(),
      everyMs: PING_EVERY_MS,
      onFailure: (err) => deps.context.log.warn({ err }, 'a phone could not be pinged'),
    });
    socket.on('pong', () => {
      // An unsolicited pong counts as a message.
      if (this.#hasPonged) this.#charge();
      this.#hasPonged = true;
    });
    socket.on('ping', () => this.#charge());
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (!this.#charge()) return;
      // Backpressure: a faster sender waits in its own buffers.
      socket.pause();
      this.#work = this.#work.then(() => this.#receive(isBinary ? '' : data.toString('utf8')));
    });
    socket.on('close', () => {
      void this.#heartbeat.stop();
      deps.onClose();
    });
  }

  replace(): void {
    this.#socket.close(REPLACED, 'the device has connected anew');
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  #ping(): void {
    if (!this.#hasPonged) {
      this.#socket.terminate();
      return;
    }
    this.#hasPonged = false;
    this.#socket.ping();
  }

  /** Counts a message. Returns false if the device sends too much and is disconnected. */
  #charge(): boolean {
    if (!this.#isOpen) return false;
    if (this.#deps.isWithinLimit()) return true;
    this.#isCut = true;
    this.#socket.close(POLICY, 'too many messages');
    // Stop reading messages it has already sent.
    this.#socket.pause();
    setTimeout(() => this.#socket.terminate(), CUT_MS).unref();
    return false;
  }

  async #receive(text: string): Promise<void> {
    try {
      this.#send(await this.#deps.take(text));
    } catch (error) {
      this.#refuse(toProblem(error, this.#deps.context.log));
    }
    if (!this.#isCut) this.#socket.resume();
  }

  #refuse(problem: Problem): void {
    const { code, retryAfterS } = problem;
    const body = problemBody(problem, this.#deps.context.requestId);
    this.#send(JSON.stringify({ ...body, retry_after_s: retryAfterS ?? undefined }));
    if (ENDS.has(code)) this.#socket.close(REVOKED, code);
  }

  #send(text: string): void {
    if (!this.#isOpen) return;
    if (this.#socket.bufferedAmount > UNREAD_BYTES_MAX) this.#socket.terminate();
    else this.#socket.send(text);
  }
}

/** After these errors, no further message of the device is accepted. */
const ENDS: ReadonlySet<string> = new Set(['unauthenticated', 'device_revoked', 'device_replaced']);
