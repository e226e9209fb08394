import type { IncomingMessage } from 'node:http';
import type { JSX } from 'preact';
import { Problem, STATUS_OF } from '../../../kernel/errors.ts';
import { Aborted } from '../../kit/bodies/json-body.ts';
import type { Handler, Route } from '../../kit/route.ts';
import type { ConsoleAssets } from './assets.ts';
import { sendPage } from './spoken.tsx';

interface Around {
  readonly assets: ConsoleAssets;
  /** Whether cookies are restricted to TLS. */
  readonly isSecure: (request: IncomingMessage) => boolean;
}

/**
 * A route of a console: errors are answered with a page.
 *
 * @param problemPage renders the error for the visitor of the request.
 */
export function pageRoute(
  around: Around,
  method: 'GET' | 'POST',
  path: string,
  handler: Handler,
  problemPage: (
    request: IncomingMessage,
    error: { readonly problem: Problem; readonly requestId: string },
  ) => Promise<JSX.Element>,
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
        // A rejection before the first await leaves the body unread, except for a form.
        const isUnread = method === 'POST' && !request.complete;
        if (!(error instanceof Problem) || isUnread) throw error;
        const { requestId } = context;
        const page = await problemPage(request, { problem: error, requestId });
        if (error.retryAfterS !== null) {
          response.setHeader('retry-after', Math.max(1, Math.ceil(error.retryAfterS)));
        }
        sendPage(around, response, STATUS_OF[error.code], page);
      }
    },
  };
}
