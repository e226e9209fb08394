import type { IncomingMessage, ServerResponse } from 'node:http';
import { h } from 'preact';
import { Problem } from '../../../kernel/errors.ts';
import { sessionKey } from '../../../merchants/index.ts';
import { type Power, powerOf } from '../../api/ops/power.ts';
import { type Answer, writeAnswer } from '../../kit/answer.ts';
import { STREAM_HEADERS } from '../../kit/event-stream.ts';
import type { Handler, RequestContext, Route } from '../../kit/route.ts';
import { readConsoleForm } from '../kit/console-form.ts';
import { assertSameSite, type PageAnswer, redirect } from '../kit/page-answer.ts';
import { pageRoute } from '../kit/page-route.ts';
import { csrfOf, isCsrfOf, OPS_COOKIES } from '../kit/sign-in-cookie.ts';
import { sendPage } from '../kit/spoken.tsx';
import { ProblemPage } from './layout.tsx';
import type { ConsoleDeps, FormCall, PageCall, Visitor } from './visit.ts';

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
    sendPage(deps, response, 200, await render(call));
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
    sendPage(deps, response, 200, await act(call));
  });
}

/** Answers errors with a page. */
export function consoleRoute(
  deps: ConsoleDeps,
  method: 'GET' | 'POST',
  path: string,
  handler: Handler,
): Route {
  return pageRoute(deps, method, path, handler, async (request, error) =>
    h(ProblemPage, { deps, visitor: await visitorOf(deps, request), ...error }),
  );
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
