import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { constantTimeEquals } from '../../kernel/wire/hmac.ts';
import { SESSION_MS } from '../../merchants/index.ts';

const SESSION = 'waybill_ops';
/** Ties a form to the browser it was given to before anybody is signed in. */
const VISIT = 'waybill_ops_visit';
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
/** Only what the console itself asks for carries the cookies; scripts never see them. */
const COMMON = 'Path=/ops; HttpOnly; SameSite=Strict';

/** The session's token; null without one, or with a text that cannot be one. */
export function sessionToken(request: IncomingMessage): string | null {
  return cookieOf(request, SESSION);
}

export function visitToken(request: IncomingMessage): string | null {
  return cookieOf(request, VISIT);
}

export function giveSession(response: ServerResponse, token: string, secure: boolean): void {
  const maxAgeS = SESSION_MS / 1_000;
  response.setHeader('set-cookie', [
    `${SESSION}=${token}; Max-Age=${maxAgeS}; ${attributes(secure)}`,
    `${VISIT}=; Max-Age=0; ${attributes(secure)}`,
  ]);
}

export function giveVisit(response: ServerResponse, token: string, secure: boolean): void {
  response.setHeader('set-cookie', `${VISIT}=${token}; ${attributes(secure)}`);
}

export function takeSession(response: ServerResponse, secure: boolean): void {
  response.setHeader('set-cookie', `${SESSION}=; Max-Age=0; ${attributes(secure)}`);
}

function attributes(secure: boolean): string {
  return secure ? `${COMMON}; Secure` : COMMON;
}

/** What a form must repeat: made from a token that only this browser holds, and not that token. */
export function csrfOf(token: string): string {
  return createHmac('sha256', token).update('waybill console form').digest('base64url');
}

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
