import fc from 'fast-check';
import { expect, vi } from 'vitest';

// Whatever is drawn at random is drawn again the next time; a file may say another seed.
fc.configureGlobal({ seed: 20_261_122 });

/**
 * vitest's setup before each file. Whoever waits in a test waits for what is sure to come: the time-out
 * only ends a test that hangs, and no busy or slow machine shall run into it. vitest’s own is a
 * second. Still less than the minute after which much of the hub looks again by itself; slices, where
 * hubs start and stop, say another.
 */
const PATIENCE_MS = Number(process.env['WAYBILL_TEST_PATIENCE_MS'] ?? 50_000);

const waiting = { waitFor: vi.waitFor, waitUntil: vi.waitUntil, poll: expect.poll };

/** Time-outs below PATIENCE_MS do not count, whoever asked for them. */
function patient<Options extends { readonly timeout?: number }>(
  given: number | Options | undefined,
) {
  const options = typeof given === 'number' ? { timeout: given } : given;
  return { ...options, timeout: Math.max(options?.timeout ?? 0, PATIENCE_MS) };
}

const patientWaitFor: typeof vi.waitFor = (callback, options) =>
  waiting.waitFor(callback, patient(options));
const patientWaitUntil: typeof vi.waitUntil = (callback, options) =>
  waiting.waitUntil(callback, patient(options));

// Files that share a process run this again.
if (vi.waitFor.name !== patientWaitFor.name) {
  vi.waitFor = patientWaitFor;
  vi.waitUntil = patientWaitUntil;
  expect.poll = (callback, options) => waiting.poll(callback, patient(options));
}
