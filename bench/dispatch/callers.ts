import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** How often callers had to wait: because of their rate limit, or of an overloaded hub. */
export interface Waits {
  readonly rated: number;
  readonly overloaded: number;
}

/** Calls the hub with any key, and waits when the hub asks for it, as every client has to. */
export interface Callers {
  /**
   * Sends one call. @param from the caller's address, as a proxy reports it; absent: this
   * machine's.
   */
  call(key: string, method: string, path: string, body?: unknown, from?: string): Promise<Answer>;
  waits(): Waits;
}

const [RATED, OVERLOADED] = [429, 503];

/** Creates callers of a hub, whose URL may change. They wait when the hub asks for it. */
export function callersOf(url: () => URL): Callers {
  let [rated, overloaded] = [0, 0];
  const agent = new Agent({ keepAlive: true });
  return {
    waits: () => ({ rated, overloaded }),
    async call(key, method, path, body, from) {
      for (;;) {
        const answer = await send(agent, new URL(path, url()), { key, method, body, from });
        if (answer.status === RATED || answer.status === OVERLOADED) {
          if (answer.status === RATED) rated += 1;
          else overloaded += 1;
          await pause(1_000 * Number(answer.headers['retry-after'] ?? 1));
          continue;
        }
        if (answer.status >= 400 && answer.status !== 409)
          throw new Error(`${path}: ${answer.text}`);
        const read = answer.text === '' ? {} : (JSON.parse(answer.text) as Record<string, unknown>);
        return { status: answer.status, body: read };
      }
    },
  };
}

interface Sent {
  readonly key: string;
  readonly method: string;
  readonly body: unknown;
  readonly from: string | undefined;
}

/**
 * Sends a request with `node:http`: `fetch` takes several times as much CPU, which the hub needs.
 */
function send(agent: Agent, url: URL, { key, method, body, from }: Sent) {
  type Received = {
    readonly status: number;
    readonly headers: IncomingHttpHeaders;
    readonly text: string;
  };
  return new Promise<Received>((resolve, reject) => {
    const json = body === undefined ? null : JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${key}`,
      ...(from === undefined ? {} : { 'x-forwarded-for': from }),
      ...(json === null
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) }),
    };
    const outgoing = request(url, { agent, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(json ?? undefined);
  });
}
