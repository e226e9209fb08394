import type { IncomingMessage, ServerResponse } from 'node:http';
import { asksForHtml } from '../kit/negotiation.ts';
import { operation } from '../kit/operation.ts';
import { nothingHere } from '../kit/problem.ts';
import type { RequestContext, Route } from '../kit/route.ts';
import { redirect } from './kit/page-answer.ts';

/**
 * The new places, below `/console`, of pages that did not move to `/console/hub`, by the first
 * segment after `/ops` or `/console`.
 */
const MOVED: Readonly<Record<string, string>> = {
  '': 'hub',
  'sign-in': 'sign-in',
  shipments: 'shipments',
  exceptions: 'exceptions',
  fleet: 'deliveries/map',
  dispatch: 'deliveries',
  couriers: 'deliveries/couriers',
};

/**
 * Former paths of pages. Paths of the operators' API redirect browsers with `redirectMoved` too.
 */
const OLD = [
  '/ops/:a',
  '/ops/:a/:b',
  '/ops/:a/:b/:c',
  '/ops/:a/:b/:c/:d',
  '/console/dispatch',
  '/console/dispatch/:b',
];
const SEGMENT = 'A part of the former path.';

/** The former paths of pages, so that bookmarks still work. */
export const movedOperations = OLD.map((path, index) =>
  operation({
    id: `findMovedPage${index}`,
    method: 'GET',
    path,
    summary: 'A page that is at another path of the console today',
    tag: 'Desk' as const,
    params: Object.fromEntries(
      [...path.matchAll(/:(\w)/g)].map(([, name = '']) => [name, SEGMENT]),
    ),
    answers: { 303: { description: 'To the page.' } },
    errors: ['not_found'],
  }),
);

export function movedRoutes(): readonly Route[] {
  return OLD.map((path) => ({
    method: 'GET',
    path,
    hot: false,
    isPage: true,
    handler: async (request, response, context) => redirectMoved(request, response, context),
  }));
}

/** Redirects a browser from a former path; programs get a 404. */
export function redirectMoved(
  { method, headers, url = '' }: IncomingMessage,
  response: ServerResponse,
  { path }: Pick<RequestContext, 'path'>,
): void {
  const isRead = method === 'GET' || method === 'HEAD';
  if (!isRead || !asksForHtml(headers.accept)) throw nothingHere();
  const [, ...query] = url.split(/(?=\?)/);
  redirect(response, movedTo(path) + query.join(''));
}

/** The path of a page by its former path. Always below `/console`. Pure. */
function movedTo(old: string): string {
  const [first = '', ...rest] = old.replace(/^\/(ops|console)\/?/, '').split('/');
  const to = Object.hasOwn(MOVED, first) ? MOVED[first] : `hub/${first}`;
  return ['/console', to, ...rest].join('/');
}
