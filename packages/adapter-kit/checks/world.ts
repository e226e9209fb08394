/**
 * The result of some work, and what it used that an adapter must not use: the clock, chance, the
 * network, the machine's settings.
 */
interface Touched<T> {
  readonly value: T;
  /** The names of what was used, such as `Date.now` or `Math.random`, each once. */
  readonly touched: readonly string[];
}

/**
 * Runs work while watching the environment, and returns what it used. The work itself is not
 * affected. It must end in microtasks: other activity of the process would be attributed to it.
 */
export async function watchWorld<T>(work: () => T | Promise<T>): Promise<Touched<T>> {
  const touched = new Set<string>();
  const undo = WATCHED.map(([holder, shownAs, name]) => watch(holder, name, shownAs, touched));
  undo.push(watchDate(touched));
  try {
    return { value: await work(), touched: [...touched] };
  } finally {
    for (const each of undo.reverse()) each();
  }
}

/** The watched functions: the object, its name, and the member. */
const WATCHED: readonly (readonly [object, string, string])[] = [
  [Math, 'Math', 'random'],
  [performance, 'performance', 'now'],
  [globalThis.crypto, 'crypto', 'getRandomValues'],
  [globalThis.crypto, 'crypto', 'randomUUID'],
  ...['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'WebSocket'].map(
    (name) => [globalThis, '', name] as const,
  ),
  ...['hrtime', 'cwd', 'nextTick'].map((name) => [process, 'process', name] as const),
];

/** Replaces a member by a function that records its use. Returns a function that restores it. */
function watch(holder: object, name: string, shownAs: string, touched: Set<string>): () => void {
  const own = Object.getOwnPropertyDescriptor(holder, name);
  const real: unknown = Reflect.get(holder, name);
  if (typeof real !== 'function') return () => {};
  const watched = new Proxy(real, {
    apply(target, self, args: unknown[]) {
      touched.add(shownAs === '' ? name : `${shownAs}.${name}`);
      return Reflect.apply(target, self, args);
    },
  });
  Object.defineProperty(holder, name, { value: watched, configurable: true, writable: true });
  return () => {
    if (own === undefined) Reflect.deleteProperty(holder, name);
    else Object.defineProperty(holder, name, own);
  };
}

/**
 * Records uses of the current time: a date made from a value only computes, but one without a value
 * reads the clock.
 */
function watchDate(touched: Set<string>): () => void {
  const Real = globalThis.Date;
  globalThis.Date = new Proxy(Real, {
    construct(target, args: unknown[], newTarget) {
      if (args.length === 0) touched.add('new Date()');
      return Reflect.construct(target, args, newTarget);
    },
    apply(target, self, args: unknown[]) {
      touched.add('Date()');
      return Reflect.apply(target, self, args);
    },
    get(target, name, receiver) {
      if (name === 'now') touched.add('Date.now');
      return Reflect.get(target, name, receiver);
    },
  });
  return () => {
    globalThis.Date = Real;
  };
}
