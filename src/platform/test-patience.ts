import fc from 'fast-check';
import { expect, vi } from 'vitest';

// Random values are the same in each run; a file may set another seed.
fc.configureGlobal({ seed: 20_261_122 });

/**
 * vitest's setup before each file. Tests wait only for what is certain to happen: the time-out only
 * ends a test that hangs, and must not end one on a busy or slow machine. vitest's own is a second.
 * Ours is still less than the minute after which much of the hub polls by itself; slices, in which
 * hubs start and stop, set another.
 */
const PATIENCE_MS = Number(process.env['WAYBILL_TEST_PATIENCE_MS'] ?? 50_000);

const waiting = { waitFor: vi.waitFor, waitUntil: vi.waitUntil, poll: expect.poll };

/** Raises time-outs below PATIENCE_MS to it. */
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

// Files that share a process run this module again.
if (vi.waitFor.name !== patientWaitFor.name) {
  vi.waitFor = patientWaitFor;
  vi.waitUntil = patientWaitUntil;
  expect.poll = (callback, options) => waiting.poll(callback, patient(options));
}
