import type { IncomingMessage, ServerResponse } from 'node:http';

const NAME = 'waybill_desk_flow';
const PATH = '/console/sign-in/with';
const SEALED = /^[A-Za-z0-9_-]{1,2000}$/;
const SECONDS = 15 * 60;

/** The sealed flow of this browser; null: none was begun. */
export function flowCookie({ headers }: IncomingMessage): string | null {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at < 0 || pair.slice(0, at).trim() !== NAME) continue;
    const value = pair.slice(at + 1).trim();
    return SEALED.test(value) ? value : null;
  }
  return null;
}

/** `Lax`: sent on the redirect from a provider, and not with another site's forms or frames. */
export function giveFlow(response: ServerResponse, sealed: string, secure: boolean): void {
  response.appendHeader('set-cookie', `${NAME}=${sealed}; Max-Age=${SECONDS}; ${how(secure)}`);
}

export function dropFlow(response: ServerResponse, secure: boolean): void {
  response.appendHeader('set-cookie', `${NAME}=; Max-Age=0; ${how(secure)}`);
}

function how(secure: boolean): string {
  return `Path=${PATH}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}
