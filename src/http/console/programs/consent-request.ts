import type { IncomingMessage, ServerResponse } from 'node:http';
import { SIGN_IN_LINK_MS } from '../../../merchants/index.ts';

/** The page on which somebody allows a program access. */
export const AUTHORIZE_AT = '/console/authorize';

const COOKIE = 'waybill_desk_consent';
/** With the cookie's name and the page's path below the 4,096 of cookies and of the hub's URLs. */
const QUERY_CHARS_MAX = 3_800;
/** As `URLSearchParams` writes a query: it cannot lead to another page. */
const QUERY = /^[A-Za-z0-9*._+%&=-]{1,3800}$/;
/** A sign-in by a mailed link takes longest. */
const COOKIE_S = SIGN_IN_LINK_MS / 1_000;

/**
 * Stores a program's request in the browser while its user signs in: a mailed link has no page to
 * return to, and the other ways to sign in only one with a short query. A link that somebody else
 * requested, in another browser, leads to no program.
 */
export function storeConsentRequest(
  response: ServerResponse,
  query: URLSearchParams,
  secure: boolean,
): void {
  const text = query.toString();
  if (!query.has('client_id') || text.length > QUERY_CHARS_MAX) return;
  response.appendHeader(
    'set-cookie',
    `${COOKIE}=${text}; Max-Age=${COOKIE_S}; ${attributes(secure)}`,
  );
}

/** The page with what a program asked for in this browser; null: none did. */
export function consentRequestPage({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at < 0 || pair.slice(0, at).trim() !== COOKIE) continue;
    const query = pair.slice(at + 1).trim();
    return QUERY.test(query) ? `${AUTHORIZE_AT}?${query}` : null;
  }
  return null;
}

export function dropConsentRequest(response: ServerResponse, secure: boolean): void {
  response.appendHeader('set-cookie', `${COOKIE}=; Max-Age=0; ${attributes(secure)}`);
}

function attributes(secure: boolean): string {
  return `Path=/console; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}
