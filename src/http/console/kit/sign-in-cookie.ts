import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { constantTimeEquals } from '../../../kernel/wire/hmac.ts';
import { MEMBER_SESSION_MS, SESSION_MS } from '../../../merchants/index.ts';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** Cookies of one console: hidden from scripts, and never sent with another site's forms. */
export interface SignInCookies {
  /** The session's token; null without one, or for an impossible text. */
  sessionToken(request: IncomingMessage): string | null;
  visitToken(request: IncomingMessage): string | null;
  giveSession(response: ServerResponse, token: string, secure: boolean): void;
  giveVisit(response: ServerResponse, token: string, secure: boolean): void;
  takeSession(response: ServerResponse, secure: boolean): void;
  /**
   * Whether this browser has signed in and not signed out: grants nothing, and only decides where
   * `/` redirects.
   */
  isIn(request: IncomingMessage): boolean;
}

function createCookies(of: {
  readonly session: string;
  /** Ties a form to its browser before anybody has signed in. */
  readonly visit: string;
  /** Only requests below this path carry the cookies. */
  readonly path: string;
  /** `Lax` where links in mails and chats lead to pages: forms have a token besides. */
  readonly sameSite: 'Strict' | 'Lax';
  readonly sessionMs: number;
  /** Name of the marker cookie that `/` reads; null: none. */
  readonly mark: string | null;
}): SignInCookies {
  const { session, visit, path, sameSite, sessionMs, mark } = of;
  const common = `Path=${path}; HttpOnly; SameSite=${sameSite}`;
  const attributes = (secure: boolean) => (secure ? `${common}; Secure` : common);
  const marked = (value: string, maxAgeS: number, secure: boolean) =>
    mark === null
      ? []
      : [
          `${mark}=${value}; Max-Age=${maxAgeS}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`,
        ];
  return {
    sessionToken: (request) => cookieOf(request, session),
    visitToken: (request) => cookieOf(request, visit),
    giveSession: (response, token, secure) => {
      // Appended to other cookies of the response.
      response.appendHeader('set-cookie', [
        `${session}=${token}; Max-Age=${sessionMs / 1_000}; ${attributes(secure)}`,
        `${visit}=; Max-Age=0; ${attributes(secure)}`,
        ...marked('1', sessionMs / 1_000, secure),
      ]);
    },
    giveVisit: (response, token, secure) => {
      response.setHeader('set-cookie', `${visit}=${token}; ${attributes(secure)}`);
    },
    takeSession: (response, secure) => {
      response.setHeader('set-cookie', [
        `${session}=; Max-Age=0; ${attributes(secure)}`,
        ...marked('', 0, secure),
      ]);
    },
    isIn: ({ headers }) =>
      mark !== null &&
      (headers.cookie ?? '').split(';').some((pair) => pair.trim() === `${mark}=1`),
  };
}

/** Cookies of the operators' console. */
export const OPS_COOKIES = createCookies({
  session: 'waybill_ops',
  visit: 'waybill_ops_visit',
  path: '/ops',
  sameSite: 'Strict',
  sessionMs: SESSION_MS,
  mark: null,
});

/** Cookies of the merchants' desk. */
export const DESK_COOKIES = createCookies({
  session: 'waybill_desk',
  visit: 'waybill_desk_visit',
  path: '/console',
  sameSite: 'Lax',
  sessionMs: MEMBER_SESSION_MS,
  mark: 'waybill_desk_in',
});

/**
 * The token a form must repeat: derived from one that only this browser holds, and not that token
 * itself.
 */
export function csrfOf(token: string): string {
  return createHmac('sha256', token).update('waybill console form').digest('base64url');
}

/**
 * Whether a form's token is the one derived from the browser's token, compared in constant time.
 */
export function isCsrfOf(token: string, offered: string | null): boolean {
  return offered !== null && constantTimeEquals(offered, csrfOf(token));
}

function cookieOf({ headers }: IncomingMessage, name: string): string | null {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at < 0 || pair.slice(0, at).trim() !== name) continue;
    const value = pair.slice(at + 1).trim();
    return TOKEN.test(value) ? value : null;
  }
  return null;
}

/**
 * The token a form of the desk must repeat: it identifies the session, and the merchant and mode of
 * its page. Another tab may have switched since. Pure.
 */
export function formTokenOf(session: string, { merchantId, mode }: Tenant): string {
  return `${csrfOf(session)}.${csrfOf(`${session} ${merchantId} ${mode}`)}`;
}

/** Whether the form belongs to this session, for any merchant and mode. Pure. */
export function isSessionsForm(session: string, offered: string | null): boolean {
  return isCsrfOf(session, partsOf(offered)[0]);
}

/** Whether this session's form was made for this merchant and mode. Pure. */
export function isTenantsForm(
  session: string,
  { merchantId, mode }: Tenant,
  offered: string | null,
): boolean {
  return isCsrfOf(`${session} ${merchantId} ${mode}`, partsOf(offered)[1]);
}

/** The error for a form that {@link isSessionsForm} rejects. */
export function otherSession(): Problem {
  return new Problem('forbidden', 'operators.formFromOtherSession', {
    fix: 'desk.reopenAndRepeat',
  });
}

function partsOf(offered: string | null): readonly [string, string] {
  const [ofSession = '', ofTenant = ''] = (offered ?? '').split('.', 2);
  return [ofSession, ofTenant];
}
