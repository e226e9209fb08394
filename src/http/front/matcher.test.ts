import { describe, expect, it } from 'vitest';
import type { Route } from '../kit/route.ts';
import { bySpecificity, createMatcher } from './matcher.ts';

const route = (method: Route['method'], path: string): Route => {
  return { method, path, hot: true, handler: async () => {} };
};
const TABLE = [
  route('GET', '/track/:carrier/:number'),
  route('GET', '/track/:number/live'),
  route('GET', '/track/:number'),
  route('GET', '/shipments/:id'),
  route('POST', '/shipments/batch'),
  route('POST', '/shipments'),
];
const matcher = createMatcher(TABLE);

function found(method: string, path: string): unknown {
  const match = matcher.match(method, path, false);
  if (match.kind === 'route') return [match.route.path, match.params];
  return match.kind === 'other_methods' ? match.allow : null;
}

describe('the matcher', () => {
  it('matches nothing outside the table', () => {
    for (const path of ['/', '', '/track', '/track//', '/tracks/1', '/track/a/b/c', '/SHIPMENTS']) {
      expect([path, found('GET', path)]).toEqual([path, null]);
    }
  });

  it('lists the methods of a known path, HEAD with GET', () => {
    expect(found('DELETE', '/shipments/1')).toEqual(['GET', 'HEAD']);
    expect(found('GET', '/shipments')).toEqual(['POST']);
    expect(found('DELETE', '/shipments/batch')).toEqual(['POST']);
  });

  it('prefers a fixed segment and backtracks when that leads nowhere', () => {
    expect(found('GET', '/track/1/live')).toEqual(['/track/:number/live', { number: '1' }]);
    expect(found('GET', '/track/x/1')).toEqual([
      '/track/:carrier/:number',
      { carrier: 'x', number: '1' },
    ]);
    expect(found('GET', '/shipments/batch')).toEqual(['POST']);
    expect(found('POST', '/shipments/batch')).toEqual(['/shipments/batch', {}]);
  });

  it('decodes parameters, ignores one trailing slash, answers HEAD by GET', () => {
    expect(found('GET', '/track/a%2Fb/')).toEqual(['/track/:number', { number: 'a/b' }]);
    expect(found('HEAD', '/track/1')).toEqual(['/track/:number', { number: '1' }]);
  });

  it('has pages at the root only, where they replace an API route, and none under /v1', () => {
    const page = (method: Route['method'], path: string): Route => {
      return { ...route(method, path), isPage: true };
    };
    const pages = [page('GET', '/rules'), page('POST', '/rules'), page('GET', '/home')];
    const apis = [route('GET', '/rules'), route('PUT', '/rules')];
    for (const table of [
      [...pages, ...apis],
      [...apis, ...pages],
    ]) {
      const both = createMatcher(table);
      expect(both.match('GET', '/rules', false)).toMatchObject({ route: { isPage: true } });
      expect(both.match('GET', '/rules', true)).toMatchObject({ route: apis[0] });
      expect(both.match('OPTIONS', '/rules', true)).toMatchObject({
        allow: ['GET', 'HEAD', 'PUT'],
      });
      expect(both.match('GET', '/home', true)).toEqual({ kind: 'none' });
    }
  });

  it('rejects an ambiguous table', () => {
    expect(() => createMatcher([route('GET', '/a/:x'), route('GET', '/a/:y')])).toThrow(/twice/);
  });

  it('sorts so that the first route that matches is the one it finds itself', () => {
    const sorted = [...TABLE].sort(bySpecificity).map(({ path }) => path);
    expect(sorted.indexOf('/track/:number/live')).toBeLessThan(
      sorted.indexOf('/track/:carrier/:number'),
    );
    expect(sorted.indexOf('/shipments/batch')).toBeLessThan(sorted.indexOf('/shipments/:id'));
  });
});
