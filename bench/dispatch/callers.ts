import { setTimeout as pause } from 'node:timers/promises';

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** How often somebody was told to wait so far, and why: for asking too often, or because the hub could not. */
export interface Waits {
  readonly rated: number;
  readonly overloaded: number;
}

/** Asks with a key of one's own, and waits where the hub says so, as anybody has to. */
export interface Callers {
  call(key: string, method: string, path: string, body?: unknown): Promise<Answer>;
  waits(): Waits;
}

const [RATED, OVERLOADED] = [429, 503];

export function callersOf(url: () => URL): Callers {
  let [rated, overloaded] = [0, 0];
  return {
    waits: () => ({ rated, overloaded }),
    async call(key, method, path, body) {
      for (;;) {
        const answer = await fetch(new URL(path, url()), {
          method,
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await answer.text();
        if (answer.status === RATED || answer.status === OVERLOADED) {
          if (answer.status === RATED) rated += 1;
          else overloaded += 1;
          await pause(1_000 * Number(answer.headers.get('retry-after') ?? 1));
          continue;
        }
        if (answer.status >= 400 && answer.status !== 409) throw new Error(`${path}: ${text}`);
        const read = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
        return { status: answer.status, body: read };
      }
    },
  };
}
