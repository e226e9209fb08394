import type { Listener } from './listen.ts';

/** What is kept in memory as it stands in the database. */
export interface FollowedChanges {
  /** Resolves when what was committed before is known. */
  refresh(): Promise<void>;
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>;
}

export interface FollowOptions {
  /** Takes over what has changed since the last time. */
  readonly load: () => Promise<void>;
  /** Told when something has changed; there is no payload. */
  readonly channel: string;
  /** Absent: it only looks by itself. */
  readonly listener?: Pick<Listener, 'on'> | undefined;
  /** A notification that was lost costs at most this. */
  readonly lookEveryMs: number;
  /** A look that nobody waits for has failed; the next comes by itself. */
  readonly onFailure: (error: unknown) => void;
}

/** Loads once, and again at each change. Rejects when it cannot be loaded at all. */
export async function followChanges(options: FollowOptions): Promise<FollowedChanges> {
  const { load, channel, listener, lookEveryMs, onFailure } = options;
  let running: Promise<void> | null = null;
  let again = false;

  /** One at a time; who asks while one runs is served by the next, which sees what it waits for. */
  function refresh(): Promise<void> {
    if (running !== null) {
      again = true;
      return running.catch(() => {}).then(() => running ?? undefined);
    }
    running = load().finally(() => {
      running = null;
      if (again) {
        again = false;
        running = refresh();
      }
    });
    return running;
  }

  function look(): void {
    refresh().catch(onFailure);
  }

  await refresh();
  const unsubscribe = listener?.on(channel, look);
  const ticker = setInterval(look, lookEveryMs);
  ticker.unref();
  return {
    refresh,
    async close() {
      unsubscribe?.();
      clearInterval(ticker);
      await running?.catch(() => {});
    },
  };
}
