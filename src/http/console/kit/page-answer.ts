import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { Problem, STATUS_OF } from '../../../kernel/errors.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import { type ConsoleAssets, FONT_CSS } from './assets.ts';

/** A file of evidence or proof: a picture shown on a page, or a download. */
interface FileAnswer {
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly extension: string;
  /** A type that browsers only draw; null: always downloaded. */
  readonly pictureType: string | null;
}

/** A page, a redirect, a file, or a foreign document for a frame. */
export type PageAnswer =
  | JSX.Element
  | FileAnswer
  /** The page of an invalid form with its errors: 422. */
  | { readonly invalid: JSX.Element }
  /** A part of a page, which a script puts into it. */
  | { readonly fragment: JSX.Element }
  | { readonly seeOther: string; readonly setCookie?: string | undefined }
  | { readonly framedHtml: string };

/** Browsers state the site a form was sent from; forms of other sites are rejected. */
export function assertSameSite({ headers }: IncomingMessage): void {
  const site = headers['sec-fetch-site'];
  const { origin } = headers;
  const foreign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && origin !== 'null' && hostOf(origin) !== headers.host);
  if (foreign)
    throw new Problem('forbidden', 'operators.formFromOtherSite', {
      fix: 'operators.reopenPageAndRepeat',
    });
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

/**
 * For a document from elsewhere, such as a mail: no scripts, opaque origin, pictures only, and
 * framed only by our own pages.
 */
const FRAMED_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' https: data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  'sandbox allow-popups allow-popups-to-escape-sandbox',
].join('; ');

/** A preview is not read while it loads, so its font may come late. */
const FRAMED_FONT = `<style>${FONT_CSS.replaceAll('optional', 'swap')}</style></head>`;

export function redirect(response: ServerResponse, location: string): void {
  response.setHeader('cache-control', 'no-store');
  response.writeHead(303, { location, 'content-length': 0 }).end();
}

/** Sends any kind of answer; `status` is that of a page or file, `language` that of a page. */
export function send(
  { assets }: { readonly assets: ConsoleAssets },
  response: ServerResponse,
  status: number,
  answer: PageAnswer,
  language: Language,
): void {
  if ('invalid' in answer) {
    send({ assets }, response, STATUS_OF.invalid, answer.invalid, language);
    return;
  }
  if ('seeOther' in answer) {
    if (answer.setCookie !== undefined) response.appendHeader('set-cookie', answer.setCookie);
    redirect(response, answer.seeOther);
    return;
  }
  if ('bytes' in answer) {
    sendFile(response, status, answer);
    return;
  }
  const isFramed = 'framedHtml' in answer;
  const body = isFramed
    ? answer.framedHtml.replace('</head>', FRAMED_FONT)
    : 'fragment' in answer
      ? renderToString(answer.fragment)
      : `<!doctype html>${renderToString(answer)}`;
  const policy = isFramed ? FRAMED_POLICY : assets.contentSecurityPolicy;
  response.setHeader('content-security-policy', policy);
  if (isFramed) response.setHeader('x-frame-options', 'SAMEORIGIN');
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-robots-tag', 'noindex');
  response.setHeader('content-language', language);
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(body));
  response.writeHead(status).end(body);
}

/** The file may be a hostile upload: it runs nothing and has an opaque origin, wherever it is opened. */
function sendFile(
  response: ServerResponse,
  status: number,
  { bytes, name, extension, pictureType }: FileAnswer,
): void {
  const how = pictureType === null ? 'attachment' : 'inline';
  response.setHeader('content-type', pictureType ?? 'application/octet-stream');
  response.setHeader('content-disposition', `${how}; filename="${name}.${extension}"`);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('content-security-policy', "default-src 'none'; sandbox");
  response.setHeader('cross-origin-resource-policy', 'same-origin');
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-robots-tag', 'noindex');
  response.setHeader('content-length', bytes.length);
  response.writeHead(status).end(bytes);
}
