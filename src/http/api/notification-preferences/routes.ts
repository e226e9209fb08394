import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { LANGUAGES } from '../../../platform/messages/languages.ts';
import type { Notifications, PreferencesByLink } from '../../../reactions/notifications/index.ts';
import { pickLanguage } from '../../kit/negotiation.ts';
import type { RateLimiter } from '../../kit/rate-limit.ts';
import type { RequestContext, Route } from '../../kit/route.ts';
import { readPageForm } from '../../public/personal-link/form-or-json.ts';
import { sendHtml } from '../../public/tracking/answers.ts';
import type { PageRequest } from '../../public/tracking/pages/tracking-pages.tsx';
import type { NoticeAbout, NoticePages } from './pages.tsx';

interface NoticeDeps {
  readonly notifications: Pick<Notifications, 'byLink'>;
  readonly pages: NoticePages;
  /** Tokens are signed, so guessing is hopeless; this limits what guessing costs us. */
  readonly limiter: RateLimiter;
  /** Names as customers know them. */
  readonly names: {
    readonly merchant: (tenant: Tenant) => Promise<string | null>;
    readonly carrier: (carrier: string) => string;
  };
}

interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly context: RequestContext;
  /** Token of the link; empty without one. */
  readonly token: string;
}

/** Longer than any token we issue. */
const TOKEN_CHARS_MAX = 200;

/** Links in messages, which work without signing in: pages, and RFC 8058's one click. */
export function noticeRoutes(deps: NoticeDeps): readonly Route[] {
  return [
    linkRoute(deps, 'GET', '/subscriptions/confirm', askToConfirm),
    linkRoute(deps, 'POST', '/subscriptions/confirm', confirm),
    linkRoute(deps, 'GET', '/unsubscribe', askToUnsubscribe),
    linkRoute(deps, 'POST', '/unsubscribe', unsubscribe),
    linkRoute(deps, 'GET', '/preferences', (_, visit) => showPreferences(deps, visit, 200, null)),
    linkRoute(deps, 'POST', '/preferences', savePreferences),
  ];
}

type Answer = (deps: NoticeDeps, visit: Visit) => Promise<void>;

function linkRoute(deps: NoticeDeps, method: 'GET' | 'POST', path: string, answer: Answer): Route {
  return {
    method,
    path,
    hot: false,
    async handler(request, response, context) {
      const waitS = deps.limiter.take(context.clientIp);
      if (waitS > 0) {
        const retryAfterS = Math.ceil(waitS);
        throw new Problem('rate_limited', 'notifications.tooManyRequests', {
          retryAfterS,
        });
      }
      const given = context.query.get('t') ?? '';
      const token = given.length > TOKEN_CHARS_MAX ? '' : given;
      await answer(deps, { request, response, context, token });
    },
  };
}

async function askToConfirm(deps: NoticeDeps, visit: Visit): Promise<void> {
  const state = await deps.notifications.byLink.confirmation(visit.token);
  if (state === 'unknown' || state === 'expired') {
    sendBrokenLink(deps, visit, state);
    return;
  }
  const about = await noticeAbout(deps, visit.token);
  sendPrivatePage(deps, visit, 200, (page) => deps.pages.confirm(page, state, about));
}

async function confirm(deps: NoticeDeps, visit: Visit): Promise<void> {
  const done = await deps.notifications.byLink.confirm(visit.token);
  if (done !== 'done') {
    sendBrokenLink(deps, visit, done);
    return;
  }
  const about = await noticeAbout(deps, visit.token);
  sendPrivatePage(deps, visit, 200, (page) => deps.pages.confirm(page, 'done', about));
}

async function askToUnsubscribe(deps: NoticeDeps, visit: Visit): Promise<void> {
  const what = await deps.notifications.byLink.unsubscription(visit.token);
  if (what === null) {
    sendBrokenLink(deps, visit, 'unknown');
    return;
  }
  const about = await noticeAbout(deps, visit.token);
  sendPrivatePage(deps, visit, 200, (page) => deps.pages.unsubscribe(page, what, about));
}

/**
 * The page's button, and the mail program's own by RFC 8058. The URL contains everything, so the
 * body is ignored.
 */
async function unsubscribe(deps: NoticeDeps, visit: Visit): Promise<void> {
  const { byLink } = deps.notifications;
  visit.request.resume();
  const what = await byLink.unsubscription(visit.token);
  if (what === null || !(await byLink.unsubscribe(visit.token))) {
    sendBrokenLink(deps, visit, 'unknown');
    return;
  }
  const [done, about] = [{ ...what, done: true }, await noticeAbout(deps, visit.token)];
  sendPrivatePage(deps, visit, 200, (page) => deps.pages.unsubscribe(page, done, about));
}

async function showPreferences(
  deps: NoticeDeps,
  visit: Visit,
  status: number,
  word: Parameters<NoticePages['preferences']>[2],
): Promise<void> {
  const found = await deps.notifications.byLink.preferences(visit.token);
  if (typeof found === 'string') {
    sendBrokenLink(deps, visit, found);
    return;
  }
  const about = await noticeAbout(deps, visit.token);
  sendPrivatePage(deps, visit, status, (page) => deps.pages.preferences(page, found, word, about));
}

async function savePreferences(deps: NoticeDeps, visit: Visit): Promise<void> {
  const { byLink } = deps.notifications;
  const form = await readPageForm(visit.request);
  const found = await byLink.preferences(visit.token);
  if (typeof found === 'string') {
    sendBrokenLink(deps, visit, found);
    return;
  }
  const chosen = preferencesFromForm(form, found);
  if (chosen === null) {
    await showPreferences(deps, visit, 422, 'quiet_wrong');
    return;
  }
  await byLink.savePreferences(visit.token, chosen);
  await showPreferences(deps, visit, 200, 'saved');
}

function sendBrokenLink(deps: NoticeDeps, visit: Visit, why: 'unknown' | 'expired'): void {
  sendPrivatePage(deps, visit, why === 'expired' ? 410 : 404, (page) =>
    deps.pages.broken(page, why),
  );
}

/** Returns the names that the link's page may show. */
async function noticeAbout(
  { notifications, names }: NoticeDeps,
  token: string,
): Promise<NoticeAbout> {
  const { merchant, parcel } = await notifications.byLink.about(token);
  return {
    merchant: merchant && (await names.merchant(merchant)),
    parcel: parcel && {
      carrier: parcel.carrier,
      number: parcel.trackingNumber,
      carrierName: names.carrier(parcel.carrier),
    },
  };
}

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;

/** Reads the preferences from the form; returns null if the quiet hours are invalid. */
function preferencesFromForm(form: URLSearchParams, before: PreferencesByLink) {
  const chosen = new Set(form.getAll('wanted'));
  const [from, to] = [form.get('from') ?? '', form.get('to') ?? ''];
  const hasNoHours = from === '' && to === '';
  if (!hasNoHours && (!CLOCK.test(from) || !CLOCK.test(to) || from === to)) return null;
  const { offered } = before;
  // Milestones that the merchant's rules do not currently notify about were not on the form; they
  // keep their setting.
  const others = before.muted.filter((milestone) => !offered.some((each) => each === milestone));
  return {
    unsubscribed: form.get('nothing') === 'yes',
    muted: [...others, ...offered.filter((milestone) => !chosen.has(milestone))],
    locale: LANGUAGES.find((language) => language === form.get('language')) ?? null,
    quietHours: hasNoHours ? null : { from, to, time_zone: null },
  };
}

/** Sends a page that is never cached and whose links send no referrer. */
function sendPrivatePage(
  { pages }: NoticeDeps,
  { request, response, context }: Visit,
  status: number,
  render: (page: PageRequest) => string,
): void {
  const language = pickLanguage(
    context.query.get('lang'),
    request.headers['accept-language'],
    pages.languages,
  );
  const answer = {
    status,
    language,
    contentSecurityPolicy: pages.assets.contentSecurityPolicy(),
    headers: { 'referrer-policy': 'no-referrer', 'cache-control': 'private, no-store' },
  };
  sendHtml(request, response, answer, () =>
    render({ language, path: context.path, query: context.query }),
  );
}
