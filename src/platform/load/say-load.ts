import { SHED_ORDER, type Shed, type SignalName } from './load-policy.ts';
import type { LoadFigures } from './watch-load.ts';

const PUT_OFF: Readonly<Record<Shed, string>> = {
  learning: 'learning, statistics and sweeps wait',
  polls: 'carriers are polled less often',
  reads: 'lists and analytics are answered 503',
  webhooks: 'carriers’ webhooks are answered 503',
};

const WHY: Readonly<Record<SignalName, (value: number) => string>> = {
  backlog: (share) => `the backlog is at ${Math.round(share * 100)}% of its limit`,
  loopLagMs: (ms) => `the processor makes everything wait ${Math.round(ms)} ms`,
  databaseMs: (ms) => `PostgreSQL takes ${Math.round(ms)} ms to answer`,
};

/** Says what is shed and why, for an operator; null while nothing is shed. */
export function sayLoad({ level, shed, reasons, signals }: LoadFigures): string | null {
  if (level === 0) return null;
  const why = reasons.flatMap((name) => {
    const value = signals[name];
    return value === null ? [] : [WHY[name](value)];
  });
  // A level outlasts its cause for some seconds.
  const because =
    why.length === 0 ? 'because of a moment ago, or of another process' : why.join(', ');
  return `load: level ${level} of ${SHED_ORDER.length}, ${shed.map((kind) => PUT_OFF[kind]).join('; ')} (${because})`;
}
