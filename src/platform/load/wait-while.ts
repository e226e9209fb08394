import { setTimeout as sleep } from 'node:timers/promises';

/** The check interval: deferred work starts soon after it is allowed, and nobody is waiting. */
const CHECK_EVERY_MS = 30_000;

interface WaitWhileOptions {
  readonly signal: AbortSignal;
  readonly everyMs?: number;
}

/** Resolves once `holds` returns false, or the signal is aborted. Never rejects. */
export async function waitWhile(
  holds: (() => boolean) | undefined,
  { signal, everyMs = CHECK_EVERY_MS }: WaitWhileOptions,
): Promise<void> {
  while (holds?.() === true && !signal.aborted) {
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
}
