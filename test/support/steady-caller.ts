import { Agent, type OutgoingHttpHeaders, request } from 'node:http';

/** What became of the requests of one caller. */
export interface Called {
  /** By status. */
  readonly answered: Readonly<Record<number, number>>;
  /** The server no longer listened when it was asked for a connection: nothing was lost. */
  readonly refused: number;
  /** Accepted, sent, and ended without an answer: how each of them ended. */
  readonly reset: readonly string[];
}

export interface SteadyCaller {
  /** Resolves when everything that was sent has come to an end. */
  stop(): Promise<Called>;
  readonly sent: number;
}

export interface CallOptions {
  readonly url: URL;
  readonly perS: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
  /** Connections that are used again and again; 0: each request has one of its own. */
  readonly responses: number;
}

const TICK_MS = 2;

/** Posts so many times a second whether it is answered or not, as people and carriers do. */
export function callSteadily({ url, perS, headers, body, responses }: CallOptions): SteadyCaller {
  const agent = responses === 0 ? false : new Agent({ keepAlive: true, maxSockets: responses });
  const answered: Record<number, number> = {};
  const reset: string[] = [];
  let refused = 0;
  let sent = 0;
  let open = 0;
  let onEnd: (() => void) | null = null;
  const startedAt = performance.now();

  const ended = (): void => {
    open -= 1;
    if (open === 0) onEnd?.();
  };
  const call = (): void => {
    sent += 1;
    open += 1;
    const outgoing = request(url, { method: 'POST', headers, agent });
    outgoing.on('response', (response) => {
      const status = response.statusCode ?? 0;
      response.resume();
      response.once('end', () => {
        answered[status] = (answered[status] ?? 0) + 1;
      });
      response.once('error', (error) => void reset.push(`answer cut: ${error.message}`));
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') refused += 1;
      else reset.push(`${error.code} ${error.syscall ?? error.message}`);
    });
    outgoing.once('close', ended);
    outgoing.end(body);
  };
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * perS);
    while (sent < due) call();
  }, TICK_MS);
  return {
    get sent() {
      return sent;
    },
    async stop() {
      clearInterval(timer);
      await new Promise<void>((resolve) => {
        onEnd = resolve;
        if (open === 0) resolve();
      });
      if (agent !== false) agent.destroy();
      return { answered, refused, reset };
    },
  };
}
