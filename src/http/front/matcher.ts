import type { Route } from '../route.ts';

/** What a path and method lead to. */
export type Match =
  | {
      readonly kind: 'route';
      readonly route: Route;
      /** Decoded path parameters. */
      readonly params: Readonly<Record<string, string>>;
    }
  /** The path exists, but not with that method; `allow` is what it takes. */
  | { readonly kind: 'other_methods'; readonly allow: readonly string[] }
  | { readonly kind: 'none' };

export interface Matcher {
  /** @param path raw, as it came, with all its percent signs; already known to be decodable. */
  match(method: string, path: string): Match;
}

interface Node {
  readonly fixed: Map<string, Node>;
  parameter: Node | null;
  /** By method; parameters are named by each route, because two routes may name one differently. */
  readonly routes: Map<string, { readonly route: Route; readonly names: readonly string[] }>;
}

const NONE: Match = { kind: 'none' };

/**
 * Compiles a route table into a tree of path segments: no regular expression runs for a request.
 * A fixed segment wins over a parameter, as in Express when the table is sorted with
 * `bySpecificity`; one slash at the end is ignored; HEAD is answered by GET.
 */
export function createMatcher(routes: readonly Route[]): Matcher {
  const root = node();
  for (const route of routes) insert(root, route);
  return {
    match(method, path) {
      const segments = segmentsOf(path);
      const found = find(root, segments, 0, [], method === 'HEAD' ? 'GET' : method);
      if (found !== null) return found;
      const allow = new Set<string>();
      collectMethods(root, segments, 0, allow);
      if (allow.size === 0) return NONE;
      if (allow.has('GET')) allow.add('HEAD');
      return { kind: 'other_methods', allow: [...allow].sort() };
    },
  };
}

/** Sorts routes so that of two that match the same path the one with the earlier fixed segment leads. */
export function bySpecificity(a: Route, b: Route): number {
  const left = segmentsOf(a.path);
  const right = segmentsOf(b.path);
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const difference = Number(isParameter(left[i])) - Number(isParameter(right[i]));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function node(): Node {
  return { fixed: new Map(), parameter: null, routes: new Map() };
}

function insert(root: Node, route: Route): void {
  const names: string[] = [];
  let at = root;
  for (const segment of segmentsOf(route.path)) {
    if (isParameter(segment)) {
      names.push(segment.slice(1));
      at.parameter ??= node();
      at = at.parameter;
    } else {
      const next = at.fixed.get(segment) ?? node();
      at.fixed.set(segment, next);
      at = next;
    }
  }
  if (at.routes.has(route.method)) {
    throw new Error(`${route.method} ${route.path} stands in the route table twice`);
  }
  at.routes.set(route.method, { route, names });
}

function find(
  at: Node,
  segments: readonly string[],
  depth: number,
  values: string[],
  method: string,
): Match | null {
  const segment = segments[depth];
  if (segment === undefined) {
    const end = at.routes.get(method);
    return end === undefined
      ? null
      : { kind: 'route', route: end.route, params: named(end, values) };
  }
  const fixed = at.fixed.get(segment);
  const found = fixed && find(fixed, segments, depth + 1, values, method);
  if (found) return found;
  if (at.parameter === null || segment === '') return null;
  // One list for the whole search: its owner takes back what led nowhere.
  values.push(segment);
  const under = find(at.parameter, segments, depth + 1, values, method);
  if (under === null) values.pop();
  return under;
}

function collectMethods(
  at: Node,
  segments: readonly string[],
  depth: number,
  into: Set<string>,
): void {
  const segment = segments[depth];
  if (segment === undefined) {
    for (const method of at.routes.keys()) into.add(method);
    return;
  }
  const fixed = at.fixed.get(segment);
  if (fixed) collectMethods(fixed, segments, depth + 1, into);
  if (at.parameter && segment !== '') collectMethods(at.parameter, segments, depth + 1, into);
}

function named(
  { names }: { readonly names: readonly string[] },
  values: readonly string[],
): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [i, name] of names.entries()) {
    const value = values[i] ?? '';
    params[name] = value.includes('%') ? decodeURIComponent(value) : value;
  }
  return params;
}

function segmentsOf(path: string): string[] {
  const segments = path.split('/');
  segments.shift();
  if (segments.length > 0 && segments[segments.length - 1] === '') segments.pop();
  return segments;
}

function isParameter(segment: string | undefined): segment is string {
  return segment?.startsWith(':') === true;
}
