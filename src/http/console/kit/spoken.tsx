import type { IncomingMessage, ServerResponse } from 'node:http';
import type { VNode } from 'preact';
import { isZone } from '../../../kernel/time/formatters.ts';
import { localeOf, messagesIn } from '../../../platform/messages/catalogue.ts';
import { LANGUAGES, type Language, languageOf } from '../../../platform/messages/languages.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { pickLanguage, regionalLocale } from '../../kit/negotiation.ts';
import type { ConsoleAssets } from './assets.ts';
import { type Spoken, SpokenIn } from './language.ts';
import { type PageAnswer, redirect, send } from './page-answer.ts';

/** Stores the language chosen in this browser. */
const COOKIE = 'waybill_desk_language';
const COOKIE_MAX_AGE_S = 365 * 86_400;

/**
 * Requests of members with a chosen language. A WeakMap, because rendering is many calls away from
 * authentication.
 */
const OF_MEMBERS = new WeakMap<object, Language>();

/** Uses the signed-in sender's chosen language for the response to this request. */
export function speakAs(request: object, language: Language | null): void {
  if (language !== null) OF_MEMBERS.set(request, language);
}

/**
 * A page's language: chosen in its URL, by the member or in this browser before, else the browser's
 * preference.
 */
export function languageFor(request: Pick<IncomingMessage, 'headers' | 'url'>): Language {
  const { headers, url = '' } = request;
  const chosen = chosenIn(url) ?? OF_MEMBERS.get(request) ?? null;
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  const cookie = languageOf(pairs.find(([name]) => name === COOKIE)?.[1]);
  const picked = pickLanguage(chosen ?? cookie, headers['accept-language'], LANGUAGES);
  return languageOf(picked) ?? 'en';
}

/** The locale of a page's days and times: its language, with the region of Accept-Language if that names one. */
export function localeFor(request: Pick<IncomingMessage, 'headers' | 'url'>): string {
  const language = languageFor(request);
  const regional = regionalLocale(language, request.headers['accept-language'], LANGUAGES);
  return regional ?? localeOf(language);
}

/** Texts for what is not rendered: the outcome of a form, or why it is invalid. */
export function messagesFor({
  request,
}: {
  readonly request: Pick<IncomingMessage, 'headers' | 'url'>;
}): Messages {
  return messagesIn(languageFor(request));
}

/** The notice about the previous form, named in the page's URL; null for anything else. */
export function doneOf(
  { query }: { readonly query: URLSearchParams },
  words: Readonly<Record<string, string>>,
): string | null {
  const name = query.get('done') ?? '';
  return Object.hasOwn(words, name) ? (words[name] ?? null) : null;
}

/** The language in `?lang=`; null: none, or an unknown one. */
export function chosenIn(url: string): Language | null {
  return languageOf(queryIn(url).get('lang'));
}

function queryIn(url: string): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at === -1 ? '' : url.slice(at));
}

/**
 * Parameters that a link to another language repeats: the notice about a previous form is left out.
 */
function parametersOf(url: string): URLSearchParams {
  return new URLSearchParams(
    [...queryIn(url)].filter(([name]) => name !== 'lang' && name !== 'done'),
  );
}

interface PageDeps {
  readonly assets: ConsoleAssets;
  /** Whether cookies are restricted to TLS. */
  readonly isSecure: (request: IncomingMessage) => boolean;
}

/** Sends a page in the reader's language, and stores the language chosen in its URL. */
export function sendPage(
  deps: PageDeps,
  response: ServerResponse,
  status: number,
  answer: PageAnswer,
): void {
  const { req: request } = response;
  const language = languageFor(request);
  const isReopenable = request.method === 'GET' || request.method === 'HEAD';
  if (isReopenable && chosenIn(request.url ?? '') !== null) {
    storeInBrowser(deps, response, language);
  }
  const spoken = {
    ...spokenIn({ language, locale: localeFor(request), timeZone: timeZoneFor(request) }),
    isReopenable,
    query: parametersOf(request.url ?? ''),
    done: queryIn(request.url ?? '').get('done'),
  };
  send(deps, response, status, inLanguage(spoken, answer), language);
}

/**
 * Redirects to the same page without the language in its URL, which may be passed on; the browser
 * stores the language instead.
 */
export function redirectWithoutLanguage(
  deps: Pick<PageDeps, 'isSecure'>,
  response: ServerResponse,
): void {
  const { req: request } = response;
  const { url = '' } = request;
  const [path = ''] = url.split('?', 1);
  const query = parametersOf(url).toString();
  storeInBrowser(deps, response, languageFor(request));
  redirect(response, query === '' ? path : `${path}?${query}`);
}

function storeInBrowser(
  { isSecure }: Pick<PageDeps, 'isSecure'>,
  response: ServerResponse,
  language: Language,
): void {
  const secure = isSecure(response.req) ? '; Secure' : '';
  const value = `${COOKIE}=${language}; Max-Age=${COOKIE_MAX_AGE_S}; Path=/console; HttpOnly; SameSite=Lax`;
  response.appendHeader('set-cookie', `${value}${secure}`);
}

/** Language, locale and time zone for page parts that are sent separately. */
export function spokenIn(reader: Pick<Spoken, 'language' | 'locale' | 'timeZone'>): Spoken {
  // English shows reasons as codes, as the API does.
  const { language } = reader;
  const reasons = language === 'en' ? {} : messagesIn(language).status.reasons;
  const query = new URLSearchParams();
  return { ...reader, isReopenable: false, query, done: null, reasons };
}

/** Set by the console's script: only the browser knows the reader's time zone. */
const ZONE_COOKIE = /(?:^|;\s*)waybill_zone=([A-Za-z0-9_+/-]{1,64})(?:;|$)/;

/** The reader's time zone; UTC if the browser has not stated one that we know. */
export function timeZoneFor({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const zone = ZONE_COOKIE.exec(headers.cookie ?? '')?.[1] ?? 'UTC';
  return isZone(zone) ? zone : 'UTC';
}

/** The answer with its page, if it has one, rendered in the reader's language. */
function inLanguage(spoken: Spoken, answer: PageAnswer): PageAnswer {
  const wrapped = (page: VNode) => <SpokenIn value={spoken}>{page}</SpokenIn>;
  if ('invalid' in answer) return { invalid: wrapped(answer.invalid) };
  if ('fragment' in answer) return { fragment: wrapped(answer.fragment) };
  return 'type' in answer ? wrapped(answer) : answer;
}
