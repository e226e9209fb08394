import { setTimeout as pause } from 'node:timers/promises';

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Asks with a key of one's own, and waits where the hub says that it was too often, as anybody has to. */
export interface Callers {
  call(key: string, method: string, path: string, body?: unknown): Promise<Answer>;
  /** How often somebody had to wait so far. */
  waits(): number;
}

export function callersOf(url: () => URL): Callers {
  let waits = 0;
  return {
    waits: () => waits,
    async call(key, method, path, body) {
      for (;;) {
        const answer = await fetch(new URL(path, url()), {
          method,
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await answer.text();
        if (answer.status === 429) {
          waits += 1;
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
