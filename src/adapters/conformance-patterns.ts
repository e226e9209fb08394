import { classOf, END, OTHER, START, SYMBOLS } from './conformance-pattern-symbols.ts';
import { type PatternNode, parsePattern } from './conformance-pattern-tree.ts';

/**
 * How long a backtracking matcher may take on hostile text. `exponential`: twice the time for each
 * further character. `polynomial`: the square of the length, or worse.
 */
export type PatternCost = 'linear' | 'polynomial' | 'exponential';

/**
 * Judges a pattern by its automaton, not by trying: it is exponential when a loop can read some
 * text in two ways, polynomial when two loops behind one another can share a text in many ways, and
 * neither matters where the match has succeeded by then. Lookarounds and word borders are passed
 * over; a reference back is read as another copy of its group. (Weideman, van der Merwe, Berglund
 * and Watson, "Analyzing Matching Time Behavior of Backtracking Regular Expression Matchers".)
 */
export function patternCost(pattern: RegExp): PatternCost {
  const { root, inner } = parsePattern(pattern.source, pattern.flags);
  const costs = [root, ...inner].map((node) => costOf(node));
  return costs.includes('exponential')
    ? 'exponential'
    : costs.includes('polynomial')
      ? 'polynomial'
      : 'linear';
}

/** Beyond this many places a pattern is not judged but refused: nobody can read it either. */
const PLACES_MAX = 3_000;

interface Automaton {
  /** The symbols that lead into each place; place 0 is the search before the match. */
  readonly sets: Uint8Array[];
  readonly follow: Set<number>[];
  readonly last: ReadonlySet<number>;
  /** Some loop can repeat itself in two ways by its build alone: `(a+)+`. */
  readonly doubled: boolean;
}

function costOf(node: PatternNode): PatternCost {
  const automaton = automatonOf(node);
  if (automaton === null) return 'exponential';
  if (automaton.doubled) return 'exponential';
  const component = components(automaton.follow);
  const looping = loopsOf(automaton, component);
  if (looping.some((at) => readsTwoWays(automaton, component, at))) return 'exponential';
  return sharesText(automaton, component, looping) ? 'polynomial' : 'linear';
}

// ---------------------------------------------------------------- the automaton (Glushkov)

interface Part {
  readonly nullable: boolean;
  readonly first: readonly number[];
  readonly last: readonly number[];
}

const NOTHING: Part = { nullable: true, first: [], last: [] };

function automatonOf(root: PatternNode): Automaton | null {
  const anything = new Uint8Array(SYMBOLS).fill(1);
  anything[START] = 0;
  anything[END] = 0;
  const sets: Uint8Array[] = [anything];
  const follow: Set<number>[] = [new Set([0])];
  let doubled = false;

  const join = (from: readonly number[], to: readonly number[], loops: boolean): void => {
    for (const a of from) {
      for (const b of to) {
        if (loops && follow[a]?.has(b)) doubled = true;
        follow[a]?.add(b);
      }
    }
  };
  const place = (set: Uint8Array): Part => {
    sets.push(set);
    follow.push(new Set());
    const at = sets.length - 1;
    return { nullable: false, first: [at], last: [at] };
  };
  const sequence = (left: Part, right: Part): Part => {
    join(left.last, right.first, false);
    return {
      nullable: left.nullable && right.nullable,
      first: left.nullable ? [...left.first, ...right.first] : left.first,
      last: right.nullable ? [...left.last, ...right.last] : right.last,
    };
  };
  const build = (node: PatternNode): Part => {
    if (sets.length > PLACES_MAX) return NOTHING;
    switch (node.kind) {
      case 'empty':
        return NOTHING;
      case 'one':
        return place(classOf(node.atom, node.flags));
      case 'edge':
        return place(only(node.at === 'start' ? START : END));
      case 'all':
        return node.parts.reduce((done, part) => sequence(done, build(part)), NOTHING);
      case 'any': {
        const parts = node.parts.map(build);
        return {
          nullable: parts.some(({ nullable }) => nullable),
          first: parts.flatMap(({ first }) => first),
          last: parts.flatMap(({ last }) => last),
        };
      }
      case 'repeat': {
        let done = NOTHING;
        for (let i = 0; i < node.min; i += 1) done = sequence(done, build(node.part));
        if (node.max === null) {
          const loop = build(node.part);
          join(loop.last, loop.first, true);
          return sequence(done, { ...loop, nullable: true });
        }
        for (let i = node.min; i < node.max; i += 1) {
          done = sequence(done, { ...build(node.part), nullable: true });
        }
        return done;
      }
    }
  };
  const whole = build(root);
  if (sets.length > PLACES_MAX) return null;
  join([0], whole.first, false);
  return { sets, follow, last: new Set(whole.last), doubled };
}

function only(symbol: number): Uint8Array {
  const set = new Uint8Array(SYMBOLS);
  set[symbol] = 1;
  return set;
}

// ---------------------------------------------------------------- loops

/** For each place the number of its strongly connected component (Tarjan, without recursion). */
function components(follow: readonly ReadonlySet<number>[]): readonly number[] {
  const reach = follow.map((_, at) => reachableFrom(follow, at));
  const component = follow.map(() => -1);
  follow.forEach((_, at) => {
    if (component[at] !== -1) return;
    for (const other of reach[at] ?? []) if (reach[other]?.has(at)) component[other] = at;
    component[at] = at;
  });
  return component;
}

function reachableFrom(follow: readonly ReadonlySet<number>[], from: number): Set<number> {
  const reached = new Set<number>();
  const queue = [from];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const next of follow[at] ?? []) {
      if (reached.has(next)) continue;
      reached.add(next);
      queue.push(next);
    }
  }
  return reached;
}

/** Places in a loop, after which the match can still fail. */
function loopsOf({ follow, last }: Automaton, component: readonly number[]): readonly number[] {
  return follow.flatMap((next, at) => {
    const loops = [...next].some((to) => component[to] === component[at]);
    return loops && !last.has(at) ? [at] : [];
  });
}

function meet(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && a.some((is, symbol) => is === 1 && b[symbol] === 1);
}

/** Two different ways round the loop from `at` back to `at`, over one text. */
function readsTwoWays(
  { sets, follow }: Automaton,
  component: readonly number[],
  at: number,
): boolean {
  const size = sets.length;
  const seen = new Set<number>();
  const queue: (readonly [number, number])[] = [[at, at]];
  const parted = new Set<number>();
  for (let pair = queue.pop(); pair !== undefined; pair = queue.pop()) {
    const [a, b] = pair;
    for (const nextA of follow[a] ?? []) {
      if (component[nextA] !== component[at]) continue;
      for (const nextB of follow[b] ?? []) {
        if (component[nextB] !== component[at] || !meet(sets[nextA], sets[nextB])) continue;
        const split = parted.has(a * size + b) || nextA !== nextB;
        if (nextA === at && nextB === at && parted.has(a * size + b)) return true;
        const key = (nextA * size + nextB) * 2 + (split ? 1 : 0);
        if (seen.has(key)) continue;
        seen.add(key);
        if (split) parted.add(nextA * size + nextB);
        queue.push([nextA, nextB]);
      }
    }
  }
  return false;
}

/** Loops p and q, p before q, and a text that p, the way from p to q, and q can all read. */
function sharesText(
  { sets, follow, last }: Automaton,
  component: readonly number[],
  looping: readonly number[],
): boolean {
  const starts = [0, ...looping.filter((at) => at !== 0)];
  return looping
    .filter((q) => q !== 0 && !last.has(q))
    .some((q) =>
      starts.some((p) => {
        if (component[p] === component[q] || !reachableFrom(follow, p).has(q)) return false;
        const backwards = follow.map((_, at) => at === q || reachableFrom(follow, at).has(q));
        const seen = new Set<string>();
        const queue: (readonly [number, number, number])[] = [[p, p, q]];
        for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
          const [x, y, z] = at;
          for (const nextX of follow[x] ?? []) {
            if (component[nextX] !== component[p]) continue;
            for (const nextZ of follow[z] ?? []) {
              if (component[nextZ] !== component[q] || !meet(sets[nextX], sets[nextZ])) continue;
              for (const nextY of follow[y] ?? []) {
                if (!backwards[nextY] || !threeMeet(sets, nextX, nextY, nextZ)) continue;
                if (nextX === p && nextY === q && nextZ === q) return true;
                const key = `${nextX} ${nextY} ${nextZ}`;
                if (seen.has(key)) continue;
                seen.add(key);
                queue.push([nextX, nextY, nextZ]);
              }
            }
          }
        }
        return false;
      }),
    );
}

function threeMeet(sets: readonly Uint8Array[], a: number, b: number, c: number): boolean {
  const [first, second, third] = [sets[a], sets[b], sets[c]];
  for (let symbol = 0; symbol <= OTHER; symbol += 1) {
    if (first?.[symbol] === 1 && second?.[symbol] === 1 && third?.[symbol] === 1) return true;
  }
  return false;
}
