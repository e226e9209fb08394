import { setTimeout as pause } from 'node:timers/promises';

/**
 * Sends at a steady rate, each when it is due regardless of the others; resolves when the last is
 * done.
 */
export async function atRate(
  { perS, durationS }: { readonly perS: number; readonly durationS: number },
  send: () => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  const sent: Promise<void>[] = [];
  const began = performance.now();
  for (let index = 0; index < perS * durationS; index += 1) {
    const dueMs = began + (index * 1_000) / perS - performance.now();
    if (dueMs > 1) await pause(dueMs);
    sent.push(send().catch((error: unknown) => void failures.push(error)));
  }
  await Promise.all(sent);
  if (failures.length > 0) throw failures[0];
}
