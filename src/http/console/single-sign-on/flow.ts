import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import {
  addressesOfProvider,
  findProvider,
  type IdentityProvider,
  type OpenId,
  secretOfProvider,
} from '../../../merchants/index.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import type { DeskDeps } from '../kit/visit.ts';

/** A provider that members can sign in with. */
export type UsableProvider = IdentityProvider & { readonly clientId: string };

/** Throws `Problem` when it does not exist, or the hub's client id for it is missing. */
export async function usableProvider(deps: DeskDeps, id: string): Promise<UsableProvider> {
  const provider = isUuid(id) ? await findProvider(deps.members, id) : null;
  if (provider === null || provider.clientId === null) {
    throw new Problem('not_found', 'members.unknownSignInMethod', {
      fix: 'members.openSignInPage',
    });
  }
  return { ...provider, clientId: provider.clientId };
}

/** With the secret, for requests to the provider. */
export async function requestedProvider(
  deps: DeskDeps,
  { id, issuer, clientId, changedAtMs }: UsableProvider,
): Promise<Parameters<OpenId['begin']>[0]> {
  const clientSecret = await secretOfProvider(deps.members, id);
  return { id, issuer, clientId, clientSecret, changedAtMs };
}

/** The redirect URI for a provider. */
export function redirectUriOf(deps: DeskDeps, id: string): string {
  return addressesOfProvider(deps.parts.publicUrl(), id).redirectUri;
}

const COOKIE = 'waybill_desk_flow';
const COOKIE_PATH = '/console/sign-in/with';
/** With the page to return to, and its query. */
const SEALED = /^[A-Za-z0-9_-]{1,3000}$/;
const COOKIE_S = 15 * 60;

/** The sealed flow of this browser; null: none was begun. */
export function flowCookie({ headers }: IncomingMessage): string | null {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at < 0 || pair.slice(0, at).trim() !== COOKIE) continue;
    const value = pair.slice(at + 1).trim();
    return SEALED.test(value) ? value : null;
  }
  return null;
}

/** `Lax`: sent on the redirect from a provider, and not with another site's forms or frames. */
export function giveFlow(response: ServerResponse, sealed: string, secure: boolean): void {
  response.appendHeader(
    'set-cookie',
    `${COOKIE}=${sealed}; Max-Age=${COOKIE_S}; ${cookieAttributes(secure)}`,
  );
}

export function dropFlow(response: ServerResponse, secure: boolean): void {
  response.appendHeader('set-cookie', `${COOKIE}=; Max-Age=0; ${cookieAttributes(secure)}`);
}

function cookieAttributes(secure: boolean): string {
  return `Path=${COOKIE_PATH}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

/** Why a sign-in with a company account failed. Used in URLs, so it contains no text. */
export type SignOnFault = keyof Messages['desk']['singleSignOn'];

/** The message for a fault in a page's URL; null for anything else. */
export function signOnNotice(done: string | null, language: Language = 'en'): string | null {
  const key = /^sso-([a-z_]{1,20})$/.exec(done ?? '')?.[1] ?? '';
  return isFault(key) ? messagesIn(language).desk.singleSignOn[key] : null;
}

function isFault(key: string): key is SignOnFault {
  return Object.hasOwn(messagesIn('en').desk.singleSignOn, key);
}
