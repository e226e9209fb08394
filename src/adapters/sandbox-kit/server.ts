import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerControl, CONTROL } from './control.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from './create-sandbox.ts';

export interface RunningSandbox extends Sandbox {
  /**
   * The server's origin, such as `http://127.0.0.1:49152`; a carrier is at `${origin}/${carrier}`.
   */
  readonly origin: string;
  stop(): Promise<void>;
}

export interface SandboxServerOptions extends SandboxOptions {
  /** The port; absent: any free one. */
  readonly port?: number;
  /** Called with errors inside the sandbox; default: errors are ignored. */
  readonly onError?: (error: unknown) => void;
}

const BODY_BYTES_MAX = 1 << 20;
/**
 * The longest interval between checks for due pushes, for a clock that runs or is moved from
 * outside.
 */
const CHECK_EVERY_MS_MAX = 1_000;

/**
 * Serves the sandbox on loopback: each carrier below `/{carrier}`, the control API below
 * `/_control`. Pushes are sent when they are due. Only this machine can reach it, and pages in this
 * machine's browsers cannot reach the control API.
 */
export async function startSandbox(options: SandboxServerOptions): Promise<RunningSandbox> {
  const sandbox = createSandbox(options);
  const onError = options.onError ?? (() => {});
  const server = createServer((request, response) => {
    serve(sandbox, request, response).catch((error: unknown) => {
      onError(error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const stopPump = startPumping(sandbox, onError);
  const { port } = server.address() as AddressInfo;
  return Object.assign(sandbox, {
    origin: `http://127.0.0.1:${port}`,
    async stop() {
      stopPump();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

async function serve(
  sandbox: Sandbox,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  if (!isLocal(request.headers.host)) return respond(response, 403, {}, 'loopback only\n');
  const text = await bodyOf(request);
  if (text === null) return respond(response, 413, {}, 'too large\n');
  if (url === '/' || url === CONTROL || url.startsWith(`${CONTROL}/`)) {
    // A page from anywhere can make a browser post to loopback, but the browser then sends an
    // Origin.
    if (request.headers.origin !== undefined) return respond(response, 403, {}, 'no browsers\n');
    const path = url === '/' ? CONTROL : url;
    const { status, headers, body } = await answerControl(sandbox, { method, path, text });
    return respond(response, status, headers, body === '' ? '' : `${body}\n`);
  }
  const [, carrier = ''] = /^\/([\w-]+)/.exec(url) ?? [];
  const rest = url.slice(1 + carrier.length);
  if (!sandbox.carriers.some(({ name }) => name === carrier)) {
    return respond(response, 404, {}, `no such carrier; see ${CONTROL}\n`);
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
  );
  const reply = sandbox.ask(carrier, { method, path: rest === '' ? '/' : rest, headers, text });
  if (reply.kind === 'hangs') return;
  if (reply.kind === 'dropped') {
    request.socket.destroy();
    return;
  }
  const { delayMs } = reply;
  if (reply.answer.afterPushes !== undefined) await sandbox.pump();
  const answer = reply.answer.afterPushes?.() ?? reply.answer;
  if (delayMs <= 0) return respond(response, answer.status, answer.headers, answer.body);
  setTimeout(() => respond(response, answer.status, answer.headers, answer.body), delayMs).unref();
}

function respond(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  if (!response.destroyed) response.writeHead(status, headers).end(body);
}

/** Reads the body; null when it is longer than any carrier accepts. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Whether a request names this machine: a name that another machine's DNS points at loopback is not
 * ours.
 */
function isLocal(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host ?? '');
}

/** Sends pushes when they are due, at the clock's own speed. Returns a function that stops it. */
function startPumping(sandbox: Sandbox, onError: (error: unknown) => void): () => void {
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  const check = (): void => {
    timer = null;
    sandbox
      .pump()
      .catch(onError)
      .finally(() => {
        if (!stopped && timer === null) timer = setTimeout(check, waitMs()).unref();
      });
  };
  const waitMs = (): number => {
    const { nextPushMs, clock } = sandbox;
    if (nextPushMs === null || clock.speed <= 0) return CHECK_EVERY_MS_MAX;
    const realMs = (nextPushMs - clock.nowMs()) / clock.speed;
    return Math.min(CHECK_EVERY_MS_MAX, Math.max(1, realMs));
  };
  timer = setTimeout(check, waitMs()).unref();
  return () => {
    stopped = true;
    if (timer !== null) clearTimeout(timer);
  };
}
