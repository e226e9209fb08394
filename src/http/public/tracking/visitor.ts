import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem } from '../../../kernel/errors.ts';
import type { Clock } from '../../../platform/clock.ts';
import { pickLanguage, prefersJson } from '../../kit/negotiation.ts';
import type { RateLimiter } from '../../kit/rate-limit.ts';
import type { RequestContext } from '../../kit/route.ts';
import { sendHtml } from './answers.ts';
import type { BrandStyleOf } from './brand-styles.ts';
import { isPlausible, type Lookup } from './lookup.ts';
import type { BrandStyle } from './pages/brand-style.ts';
import type { PageRequest, TrackingPages } from './pages/tracking-pages.tsx';

/** Shared parts of all public lookups: rate limit, choice of format, and the not-found answer. */
export interface VisitorDeps {
  readonly lookup: Lookup;
  /** Null: no limit. */
  readonly limiter: RateLimiter | null;
  readonly pages: TrackingPages;
  /** Decides whether an estimated day is today, or has passed. */
  readonly clock: Clock;
  /** `21:00`: the carrier delivers nothing after that, by the clocks of the place; null: unknown. */
  readonly lastDelivery: (carrier: string) => string | null;
  /** The hub's public URL, without a trailing slash. */
  readonly publicUrl: () => string;
  /**
   * How long shared caches may store a parcel when they are notified of changes; null: they are not
   * notified.
   */
  readonly sharedMaxAgeS: number | null;
  readonly styles: BrandStyleOf;
  /** Pages offer subscriptions. */
  readonly canSubscribe: boolean;
}

/** One anonymous request, parsed as far as every lookup needs. */
export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly context: RequestContext;
  readonly json: boolean;
}

export function visitOf(
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
): Visit {
  const json = context.versioned || prefersJson(request.headers.accept);
  return { request, response, context, json };
}

/**
 * Charges the visitor's rate limit, for hits and misses alike.
 * @returns false when the limit is exceeded; the response has then been sent.
 */
export function admits(deps: VisitorDeps, visit: Visit, cost = 1): boolean {
  const waitS = deps.limiter?.take(visit.context.clientIp, cost) ?? 0;
  if (waitS === 0) return true;
  answerTooMany(deps, visit, Math.max(1, Math.ceil(waitS)));
  return false;
}

/**
 * Rate-limit headers are on refusals only: other answers go to shared caches, which would show one
 * client's figures to others.
 */
function answerTooMany(deps: VisitorDeps, visit: Visit, waitS: number): void {
  const limitHeaders = {
    'ratelimit-limit': String(deps.limiter?.burst ?? 0),
    'ratelimit-remaining': '0',
    'ratelimit-reset': String(waitS),
  };
  if (visit.json) {
    for (const [name, value] of Object.entries(limitHeaders)) visit.response.setHeader(name, value);
    throw new Problem('rate_limited', 'tracking.tooManyQueries', {
      retryAfterS: waitS,
    });
  }
  const headers = { ...limitHeaders, 'retry-after': String(waitS) };
  sendPage(deps, visit, { status: 429, headers }, (page) => deps.pages.tooMany(page, waitS));
}

/** Sends a page that must not be cached. */
export function sendPage(
  { pages }: Pick<VisitorDeps, 'pages'>,
  visit: Visit,
  answer: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    /** Branding; absent: neutral. */
    readonly style?: BrandStyle | null;
    readonly hasMap?: boolean;
  },
  render: (page: PageRequest) => string,
): void {
  const { style = null, hasMap = false, ...rest } = answer;
  const page = { ...pageOf(pages, visit), style };
  const contentSecurityPolicy = pages.assets.contentSecurityPolicy(style, { hasMap });
  const html = { ...rest, language: page.language, contentSecurityPolicy };
  sendHtml(visit.request, visit.response, html, () => render(page));
}

/** The page's URL and the requested language. */
export function pageOf(pages: TrackingPages, { request, context }: Visit): PageRequest {
  const language = pickLanguage(
    context.query.get('lang'),
    request.headers['accept-language'],
    pages.languages,
  );
  const isReopenable = request.method === 'GET' || request.method === 'HEAD';
  return { language, path: context.path, query: context.query, isReopenable };
}

/** Answers that nobody tracks the number. The page's form contains it, unless it is implausible. */
export function answerUnknownNumber(deps: VisitorDeps, visit: Visit, number: string): void {
  if (visit.json) {
    visit.response.setHeader('x-robots-tag', 'noindex');
    throw new Problem('not_found', 'tracking.parcelNotTracked', {
      fix: 'tracking.checkNumberForTypos',
    });
  }
  const shown = isPlausible(number) ? number : '';
  sendPage(deps, visit, { status: 404 }, (page) => deps.pages.numberNotFound(page, shown));
}
