import { type Profiler, Session } from 'node:inspector';

/**
 * Counts the work of a reader, in any library: executed blocks of JavaScript, counted by the
 * engine, and characters examined by built-in functions, which the engine does not count.
 * Deterministic. It must be started before the readers are loaded.
 */
export interface WorkMeter {
  /** The cost of this work, and of everything since the last call. */
  measure(work: () => Promise<void>): Promise<number>;
}

export function startWorkMeter(): WorkMeter {
  let examined = 0;
  instrument((chars) => {
    examined += chars;
  });
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const blocks = (): number => {
    let sum = 0;
    session.post('Profiler.takePreciseCoverage', (error, coverage) => {
      if (error !== null) throw error;
      sum = blocksRun(coverage.result);
    });
    return sum;
  };
  return {
    async measure(work) {
      examined = 0;
      await work();
      const chars = examined;
      return blocks() + chars;
    },
  };
}

function blocksRun(scripts: readonly Profiler.ScriptCoverage[]): number {
  let sum = 0;
  for (const { url, functions } of scripts) {
    if (url.includes('/test/readers/')) continue;
    for (const { ranges } of functions) for (const { count } of ranges) sum += count;
  }
  return sum;
}

type Count = (chars: number) => void;

/** Built-in functions that scan a text, and how much of it. */
function instrument(count: Count): void {
  const text = String.prototype;
  wrap(text, 'indexOf', count, (self, found, [, from = 0]) => passed(self, found, from));
  wrap(text, 'includes', count, (self, found) => (found === true ? 1 : self.length));
  wrap(text, 'lastIndexOf', count, (self, found) => self.length - Math.max(0, Number(found)));
  wrap(text, 'split', count, (self) => self.length);
  wrap(text, 'replaceAll', count, (self) => self.length);
  for (const name of ['toLowerCase', 'toUpperCase', 'normalize', 'isWellFormed', 'toWellFormed']) {
    wrap(text, name, count, (self) => self.length);
  }
  for (const name of ['trim', 'trimStart', 'trimEnd']) {
    wrap(text, name, count, (self, result) => self.length - String(result).length + 1);
  }
  wrap(RegExp.prototype, 'exec', count, (self, found, [subject]) =>
    matched(Object(self), found, String(subject)),
  );
  wrap(JSON, 'parse', count, (_, __, [subject]) => String(subject).length);
  wrap(JSON, 'stringify', count, (_, result) => String(result).length);
  const list = Array.prototype;
  for (const name of ['indexOf', 'includes', 'join', 'concat', 'slice', 'splice', 'fill']) {
    wrap(list, name, count, (self) => self.length);
  }
  wrap(Buffer, 'concat', count, (_, result) => (result as Buffer).length);
  wrap(Buffer.prototype, 'toString', count, (_, result) => String(result).length);
  wrap(Buffer.prototype, 'indexOf', count, (self, found, [, from = 0]) =>
    passed(self, found, from),
  );
  wrap(TextDecoder.prototype, 'decode', count, (_, result) => String(result).length);
}

type Wrapped = (this: { length: number }, ...given: unknown[]) => unknown;

function wrap(
  owner: object,
  name: string,
  count: Count,
  cost: (self: { length: number }, result: unknown, given: readonly unknown[]) => number,
): void {
  const own = Reflect.get(owner, name) as Wrapped | undefined;
  if (own === undefined) return;
  const wrapped: Wrapped = function (...given) {
    const result = Reflect.apply(own, this, given);
    count(cost(this, result, given));
    return result;
  };
  Object.defineProperty(owner, name, { value: wrapped, configurable: true, writable: true });
}

function passed(self: { length: number }, found: unknown, from: unknown): number {
  const start = Math.max(0, Number(from) || 0);
  return Math.max(1, (found === -1 ? self.length : Number(found)) - start);
}

function matched(pattern: RegExp, found: unknown, subject: string): number {
  const match = found as RegExpExecArray | null;
  if (match === null) return pattern.sticky ? 1 : subject.length + 1;
  // Where a global pattern began is not known any more; what it has passed over, the next failure counts.
  return match[0].length + (pattern.global || pattern.sticky ? 1 : match.index + 1);
}
