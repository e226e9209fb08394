import type { Route } from '../kit/route.ts';

/** The result for a path and method. */
type Match =
  | {
      readonly kind: 'route';
      readonly route: Route;
      /** Decoded path parameters. */
      readonly params: Readonly<Record<string, string>>;
    }
  /** The path exists, but not with that method; `allow` lists its methods. */
  | { readonly kind: 'other_methods'; readonly allow: readonly string[] }
  | { readonly kind: 'none' };

export interface Matcher {
  /**
   * @param path raw, without `/v1`, still percent-encoded; already known to be decodable.
   * @param versioned whether the path was under `/v1`, where no page exists.
   */
  match(method: string, path: string, versioned: boolean): Match;
}

interface Node {
  readonly fixed: Map<string, Node>;
  parameter: Node | null;
  /** By method; parameter names are per route, because two routes may name one differently. */
  readonly routes: Map<string, { readonly route: Route; readonly names: readonly string[] }>;
}

const NONE: Match = { kind: 'none' };

/**
 * Compiles a route table into a tree of path segments, so no regular expression runs per request. A
 * fixed segment takes precedence over a parameter, as in OpenAPI: `/shipments/batch` is never the
 * shipment of that id, whatever the method. One trailing slash is ignored; HEAD is answered by GET.
 */
export function createMatcher(routes: readonly Route[]): Matcher {
  const api = node();
  const all = node();
  for (const route of routes) {
    insert(all, route);
    if (!route.isPage) insert(api, route);
  }
  return {
    match(method, path, versioned) {
      const segments = segmentsOf(path);
      const values: string[] = [];
      const owner = find(versioned ? api : all, segments, 0, values);
      if (owner === null) return NONE;
      const end = owner.routes.get(method === 'HEAD' ? 'GET' : method);
      if (end !== undefined)
        return { kind: 'route', route: end.route, params: paramsOf(end, values) };
      const allow = new Set<string>(owner.routes.keys());
      if (allow.has('GET')) allow.add('HEAD');
      return { kind: 'other_methods', allow: [...allow].sort() };
    },
  };
}

/**
 * Sorts routes so that of two matching the same path the one with the earlier fixed segment comes
 * first.
 */
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

/**
 * Adds a route. A page takes precedence over an API route of the same method and path; throws for
 * two pages or two API routes.
 */
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
  const other = at.routes.get(route.method)?.route;
  if (other !== undefined && Boolean(other.isPage) === Boolean(route.isPage)) {
    throw new Error(`${route.method} ${route.path} is in the route table twice`);
  }
  if (!other?.isPage) at.routes.set(route.method, { route, names });
}

/**
 * The node of a path, whatever the method; null: no route has the path. Appends the values of the
 * path's parameters to `values`.
 */
function find(at: Node, segments: readonly string[], depth: number, values: string[]): Node | null {
  const segment = segments[depth];
  if (segment === undefined) return at.routes.size === 0 ? null : at;
  const fixed = at.fixed.get(segment);
  const found = fixed && find(fixed, segments, depth + 1, values);
  if (found) return found;
  if (at.parameter === null || segment === '') return null;
  // One shared list for the whole search: each level removes its value when it backtracks.
  values.push(segment);
  const under = find(at.parameter, segments, depth + 1, values);
  if (under === null) values.pop();
  return under;
}

function paramsOf(
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
