import type { IncomingMessage, ServerResponse } from 'node:http';
import { renderToString } from 'preact-render-to-string';
import { Problem, STATUS_OF } from '../../../kernel/errors.ts';
import { sessionKey } from '../../../merchants/index.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import { type Power, powerOf } from '../../api/ops/power.ts';
import { type Answer, writeAnswer } from '../../kit/answer.ts';
import { Aborted } from '../../kit/bodies/json-body.ts';
import { STREAM_HEADERS } from '../../kit/event-stream.ts';
import type { RequestContext, Route } from '../../kit/route.ts';
import { readConsoleForm } from './console-form.ts';
import { ProblemPage } from './problem-page.tsx';
import { csrfOf, isCsrfOf, OPS_COOKIES } from './sign-in-cookie.ts';
import type { ConsoleDeps, FileAnswer, FormCall, PageAnswer, PageCall, Visitor } from './visit.ts';

const { sessionToken } = OPS_COOKIES;
const REPEAT = 'operators.reopenPageAndRepeat';
export const WRITING_KEY = 'operators.useWritingKey';

/** A page for signed-in users; others are redirected to sign in. */
export function consolePage(
  deps: ConsoleDeps,
  path: string,
  render: (call: PageCall) => Promise<PageAnswer>,
): Route {
  return consoleRoute(deps, 'GET', path, async (request, response, context) => {
    const visitor = await visitorOf(deps, request);
    if (visitor === null) {
      const next = context.path === '/ops' ? '' : `?next=${encodeURIComponent(context.path)}`;
      return redirect(response, `/ops/sign-in${next}`);
    }
    const call = callOf(visitor, request, context);
    send(deps, response, 200, await render(call));
  });
}

/** A file linked from a page, for signed-in users. */
export function consoleFile(
  deps: ConsoleDeps,
  path: string,
  read: (call: PageCall) => Promise<Answer>,
): Route {
  return consoleRoute(deps, 'GET', path, async (request, response, context) => {
    const visitor = await visitorOf(deps, request);
    if (visitor === null) return redirect(response, '/ops/sign-in');
    writeAnswer(response, await read(callOf(visitor, request, context)));
  });
}

/**
 * A stream that a page's script opens; without a session the response is a page, at which the
 * script gives up.
 *
 * @param open gets a function that checks whether its reader still has access
 */
export function consoleStream(
  deps: ConsoleDeps,
  path: string,
  open: (call: PageCall, response: ServerResponse, maySee: () => Promise<boolean>) => Promise<void>,
): Route {
  return consoleRoute(deps, 'GET', path, async (request, response, context) => {
    const visitor = await visitorOf(deps, request);
    if (visitor === null) return redirect(response, '/ops/sign-in');
    if (request.method === 'HEAD') {
      response.writeHead(200, STREAM_HEADERS).end();
      return;
    }
    const maySee = async () => (await visitorOf(deps, request)) !== null;
    await open(callOf(visitor, request, context), response, maySee);
  });
}

/** The action of a page's form, for users with write access; it ends with a redirect or a page. */
export function consoleForm(
  deps: ConsoleDeps,
  path: string,
  act: (call: FormCall) => Promise<PageAnswer>,
  needs: Power = 'write',
): Route {
  return consoleRoute(deps, 'POST', path, async (request, response, context) => {
    const form = await readConsoleForm(request);
    assertSameSite(request);
    const token = sessionToken(request);
    const visitor = await visitorOf(deps, request);
    if (visitor === null || token === null) return redirect(response, '/ops/sign-in');
    if (!isCsrfOf(token, form.get('csrf'))) {
      throw new Problem('forbidden', 'operators.formFromOtherSession', {
        fix: REPEAT,
      });
    }
    if (needs === 'write' && visitor.power !== 'write') {
      throw new Problem('forbidden', 'operators.keyReadOnly', { fix: WRITING_KEY });
    }
    const call = { ...callOf(visitor, request, context), form };
    send(deps, response, 200, await act(call));
  });
}

export type ConsoleHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
) => Promise<void>;

/** Answers errors with a page. */
export function consoleRoute(
  deps: ConsoleDeps,
  method: 'GET' | 'POST',
  path: string,
  handler: ConsoleHandler,
): Route {
  return {
    method,
    path,
    hot: false,
    isPage: true,
    async handler(request, response, context) {
      try {
        await handler(request, response, context);
      } catch (error) {
        if (error instanceof Aborted) {
          response.destroy();
          return;
        }
        if (!(error instanceof Problem) || !request.complete) throw error;
        const visitor = await visitorOf(deps, request);
        const page = ProblemPage({ deps, visitor, problem: error, requestId: context.requestId });
        if (error.retryAfterS !== null) {
          response.setHeader('retry-after', Math.max(1, Math.ceil(error.retryAfterS)));
        }
        send(deps, response, STATUS_OF[error.code], page);
      }
    },
  };
}

/** Null when nobody is signed in, or the session may not be used from the request's origin. */
async function visitorOf(deps: ConsoleDeps, request: IncomingMessage): Promise<Visitor | null> {
  const token = sessionToken(request);
  if (token === null) return null;
  const key = await sessionKey(deps.keys, token);
  const power = key && powerOf(key, request, deps.isLocal);
  return key && power && { key, power, navigation: deps.navigation, csrf: csrfOf(token) };
}

function callOf(visitor: Visitor, request: IncomingMessage, context: RequestContext): PageCall {
  const param = (name: string) => context.params[name] ?? '';
  return { visitor, param, query: context.query, request, context };
}

/** Browsers state the site a form was sent from; forms of other sites are rejected. */
export function assertSameSite({ headers }: IncomingMessage): void {
  const site = headers['sec-fetch-site'];
  const { origin } = headers;
  const foreign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && origin !== 'null' && hostOf(origin) !== headers.host);
  if (foreign) throw new Problem('forbidden', 'operators.formFromOtherSite', { fix: REPEAT });
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
  'img-src https: data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  'sandbox allow-popups allow-popups-to-escape-sandbox',
].join('; ');

export function redirect(response: ServerResponse, location: string): void {
  response.setHeader('cache-control', 'no-store');
  response.writeHead(303, { location, 'content-length': 0 }).end();
}

export function send(
  { assets }: Pick<ConsoleDeps, 'assets'>,
  response: ServerResponse,
  status: number,
  answer: PageAnswer,
  language: Language = 'en',
): void {
  if ('unfit' in answer) {
    send({ assets }, response, STATUS_OF.invalid, answer.unfit, language);
    return;
  }
  if ('seeOther' in answer) {
    redirect(response, answer.seeOther);
    return;
  }
  if ('bytes' in answer) {
    sendFile(response, status, answer);
    return;
  }
  const isFramed = 'framedHtml' in answer;
  const isScripted = 'scripted' in answer;
  const body = isFramed
    ? answer.framedHtml
    : `<!doctype html>${renderToString(isScripted ? answer.scripted : answer)}`;
  const ours = isScripted ? assets.scriptedPolicy : assets.contentSecurityPolicy;
  response.setHeader('content-security-policy', isFramed ? FRAMED_POLICY : ours);
  if (isFramed) response.setHeader('x-frame-options', 'SAMEORIGIN');
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-robots-tag', 'noindex');
  response.setHeader('content-language', language);
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(body));
  response.writeHead(status).end(body);
}

/** An uploaded file runs nothing and has an opaque origin, wherever it is opened. */
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
