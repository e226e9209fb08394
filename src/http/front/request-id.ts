import { uuidV7 } from '../../kernel/ids.ts';
import type { Clock, RandomBytes } from '../../platform/clock.ts';

/** Allowed request ids: enough for any tracing system, nothing that could forge a log line. */
const SANE = /^[A-Za-z0-9._:/+=@-]{1,128}$/;

/** The caller's own `X-Request-Id` when it is valid, else a new one. */
export function requestIdOf(
  header: string | string[] | undefined,
  clock: Clock,
  randomBytes: RandomBytes,
): string {
  if (typeof header === 'string' && SANE.test(header)) return header;
  return uuidV7(clock.nowMs(), randomBytes(10));
}
