import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { MODES, type Tenant } from '../../../kernel/tenant.ts';
import { constantTimeEquals } from '../../../kernel/wire/hmac.ts';
import { MEMBER_SESSION_MS } from '../../../merchants/index.ts';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

const SESSION = 'waybill_desk';
/** Ties a form to its browser before anybody has signed in. */
const VISIT = 'waybill_desk_visit';
/**
 * Says that this browser has signed in and not signed out: grants nothing, and only decides where
 * `/` redirects.
 */
const MARK = 'waybill_desk_in';
/** The merchant and mode from which the demo was opened. */
const BEFORE_DEMO = 'waybill_desk_before_demo';
const SESSION_S = MEMBER_SESSION_MS / 1_000;

const secureAttribute = (secure: boolean) => (secure ? '; Secure' : '');
/** `Lax`, because links in mails and chats lead to pages: forms have a token besides. */
const attributes = (secure: boolean) =>
  `Path=/console; HttpOnly; SameSite=Lax${secureAttribute(secure)}`;
const markCookie = (value: string, maxAgeS: number, secure: boolean) =>
  `${MARK}=${value}; Max-Age=${maxAgeS}; Path=/; HttpOnly; SameSite=Lax${secureAttribute(secure)}`;

/** Cookies of the console: hidden from scripts, and never sent with another site's forms. */
export const DESK_COOKIES = {
  /** The session's token; null without one, or for an impossible text. */
  sessionToken: (request: IncomingMessage) => cookieOf(request, SESSION),
  visitToken: (request: IncomingMessage) => cookieOf(request, VISIT),
  giveSession(response: ServerResponse, token: string, secure: boolean): void {
    // Appended to other cookies of the response.
    response.appendHeader('set-cookie', [
      `${SESSION}=${token}; Max-Age=${SESSION_S}; ${attributes(secure)}`,
      `${VISIT}=; Max-Age=0; ${attributes(secure)}`,
      markCookie('1', SESSION_S, secure),
    ]);
  },
  giveVisit(response: ServerResponse, token: string, secure: boolean): void {
    response.setHeader('set-cookie', `${VISIT}=${token}; ${attributes(secure)}`);
  },
  takeSession(response: ServerResponse, secure: boolean): void {
    response.setHeader('set-cookie', [
      `${SESSION}=; Max-Age=0; ${attributes(secure)}`,
      markCookie('', 0, secure),
    ]);
  },
  beforeDemo({ headers }: IncomingMessage): Tenant | null {
    const [merchantId = '', text] = cookieText(headers.cookie, BEFORE_DEMO)?.split('.') ?? [];
    const mode = MODES.find((each) => each === text);
    return isUuid(merchantId) && mode !== undefined ? { merchantId, mode } : null;
  },
  setBeforeDemo: ({ merchantId, mode }: Tenant, secure: boolean): string =>
    `${BEFORE_DEMO}=${merchantId}.${mode}; ${attributes(secure)}`,
  /** Whether somebody has signed in with this browser and not signed out. */
  isIn: ({ headers }: IncomingMessage) =>
    (headers.cookie ?? '').split(';').some((pair) => pair.trim() === `${MARK}=1`),
};

/** Whether the request used the public URL, with TLS. */
export function secureBy(publicUrl: () => string): (request: IncomingMessage) => boolean {
  return ({ headers }) => {
    const known = publicUrl();
    if (!known.startsWith('https://') || !URL.canParse(known)) return false;
    return new URL(known).host === headers.host;
  };
}

/**
 * The token a form must repeat: derived from one that only this browser holds, and not that token
 * itself. It differs from page to page, so the lengths of compressed pages do not reveal it (BREACH).
 */
export function csrfOf(token: string): string {
  return saltedCsrf(token, randomBytes(SALT_BYTES).toString('base64url'));
}

const SALT_BYTES = 12;

function saltedCsrf(token: string, salt: string): string {
  const hash = createHmac('sha256', token).update(`waybill console form ${salt}`);
  return `${salt}~${hash.digest('base64url')}`;
}

/**
 * Whether a form's token is the one derived from the browser's token, compared in constant time.
 */
export function isCsrfOf(token: string, offered: string | null): boolean {
  const [salt = ''] = offered?.split('~') ?? [];
  return offered !== null && constantTimeEquals(offered, saltedCsrf(token, salt));
}

function cookieOf({ headers }: IncomingMessage, name: string): string | null {
  const value = cookieText(headers.cookie, name);
  return value !== null && TOKEN.test(value) ? value : null;
}

function cookieText(cookies: string | undefined, name: string): string | null {
  for (const pair of (cookies ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at >= 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}

/**
 * The token a form of the desk must repeat: it identifies the session, and the merchant and mode of
 * its page. Another tab may have switched since.
 */
export function formTokenOf(session: string, { merchantId, mode }: Tenant): string {
  return `${csrfOf(session)}.${csrfOf(`${session} ${merchantId} ${mode}`)}`;
}

/** Whether the form belongs to this session, for any merchant and mode. Pure. */
export function isSessionsForm(session: string, offered: string | null): boolean {
  return isCsrfOf(session, tokensOfForm(offered)[0]);
}

/** Whether this session's form was made for this merchant and mode. Pure. */
export function isTenantsForm(
  session: string,
  { merchantId, mode }: Tenant,
  offered: string | null,
): boolean {
  return isCsrfOf(`${session} ${merchantId} ${mode}`, tokensOfForm(offered)[1]);
}

/** The error for a form that {@link isSessionsForm} rejects. */
export function otherSession(): Problem {
  return new Problem('forbidden', 'operators.formFromOtherSession', {
    fix: 'desk.reopenAndRepeat',
  });
}

function tokensOfForm(offered: string | null): readonly [string, string] {
  const [ofSession = '', ofTenant = ''] = (offered ?? '').split('.', 2);
  return [ofSession, ofTenant];
}
