import {
  deadByCarrier,
  listDeadLetters,
  replayDeadLetters,
  replayWaiting,
} from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { createRateLimiter } from '../../public/rate-limit.ts';
import type { Route } from '../../route.ts';
import { DEAD_LETTERS_SHOWN } from '../../schemas/ops-dead-letters.ts';
import { dismissLetter, REPLAY_MAX, shownLetter } from '../api/dead-letters.ts';
import { overviewOf } from '../overview.ts';
import { accuracyConsoleRoutes } from './accuracy/accuracy-routes.ts';
import { loadConsoleAssets } from './assets.ts';
import { carrierCards } from './carrier-cards.ts';
import { CarriersPage } from './carriers-page.tsx';
import { noteOf } from './console-form.ts';
import { consoleForm, consolePage, consoleRoute } from './console-route.ts';
import { DeadLetterPage, DeadLettersPage } from './dead-letter-pages.tsx';
import { exceptionConsoleRoutes } from './exceptions/exception-routes.ts';
import { mappingConsoleRoutes } from './mapping-routes.ts';
import { messageConsoleRoutes } from './message-routes.ts';
import { modelConsoleRoutes } from './models/model-routes.ts';
import { noticeOf } from './notices.ts';
import { notificationConsoleRoutes } from './notification-routes.ts';
import { OverviewPage } from './overview-page.tsx';
import { reviewConsoleRoutes } from './review-routes.ts';
import { signInRoutes } from './sign-in.ts';
import type { ConsoleDeps } from './visit.ts';
import { webhookConsoleRoutes } from './webhook-routes.ts';

/** A person mistypes a key a few times; who tries more is guessing. */
const ATTEMPTS_BURST = 10;
const ATTEMPTS_PER_S = 0.1;

export type ConsoleParts = Omit<ConsoleDeps, 'assets' | 'attempts'>;

/** The console for people, at the paths of the API and some of its own. */
export function consoleRoutes(parts: ConsoleParts): readonly Route[] {
  const { clock } = parts.parts;
  const deps: ConsoleDeps = {
    ...parts,
    assets: loadConsoleAssets(),
    attempts: createRateLimiter({ burst: ATTEMPTS_BURST, perS: ATTEMPTS_PER_S, clock }),
  };
  return [
    ...signInRoutes(deps),
    assetRoute(deps),
    consolePage(deps, '/ops', async (call) =>
      OverviewPage({ deps, call, overview: await overviewOf(deps.parts) }),
    ),
    consolePage(deps, '/ops/carriers', async (call) =>
      CarriersPage({ deps, call, cards: await carrierCards(deps.parts) }),
    ),
    ...deadLetterConsoleRoutes(deps),
    ...reviewConsoleRoutes(deps),
    ...mappingConsoleRoutes(deps),
    ...notificationConsoleRoutes(deps),
    ...messageConsoleRoutes(deps),
    ...webhookConsoleRoutes(deps),
    ...exceptionConsoleRoutes(deps),
    ...accuracyConsoleRoutes(deps),
    ...modelConsoleRoutes(deps),
  ];
}

function assetRoute(deps: ConsoleDeps): Route {
  return consoleRoute(deps, 'GET', '/ops/assets/:file', async (_request, response, { params }) => {
    const file = deps.assets.files.get(params['file'] ?? '');
    if (file === undefined) throw new Problem('not_found', 'There is no such file.');
    response.setHeader('content-type', file.contentType);
    response.setHeader('content-length', file.body.length);
    response.setHeader('cache-control', 'public, max-age=31536000, immutable');
    response.writeHead(200).end(file.body);
  });
}

function deadLetterConsoleRoutes(deps: ConsoleDeps): readonly Route[] {
  const { pipeline } = deps.parts.db;
  return [
    consolePage(deps, '/ops/dead-letters', async (call) => {
      const asked = call.query.get('carrier');
      const carrier = asked === null || asked.length > 64 ? null : asked;
      const cursor = call.query.get('cursor');
      const before = cursor !== null && isUuid(cursor) ? cursor : null;
      const filter = { carrier, before };
      const [letters, counts] = await Promise.all([
        listDeadLetters(pipeline, DEAD_LETTERS_SHOWN + 1, filter),
        deadByCarrier(pipeline),
      ]);
      const shown = letters.slice(0, DEAD_LETTERS_SHOWN);
      const nextCursor = letters.length > shown.length ? (shown.at(-1)?.id ?? null) : null;
      const notice = noticeOf(call.query);
      return DeadLettersPage({ deps, call, notice, letters: shown, counts, carrier, nextCursor });
    }),
    consolePage(deps, '/ops/dead-letters/:id', async (call) => {
      const raw = call.query.get('raw') === 'true' && call.visitor.power === 'write';
      const letter = await shownLetter(deps.parts, call.param('id'), raw, call.visitor.key.id);
      if (letter === null) throw noSuchLetter();
      return DeadLetterPage({ deps, call, letter });
    }),
    consoleForm(deps, '/ops/dead-letters/:id/replay', async ({ param }) => {
      const ids = await replayDeadLetters(pipeline, [param('id')]);
      if (ids.length === 0) throw noSuchLetter();
      return { seeOther: '/ops/dead-letters?done=replayed' };
    }),
    consoleForm(deps, '/ops/dead-letters/:id/dismiss', async ({ param, form, visitor }) => {
      const letter = await dismissLetter(deps.parts, param('id'), visitor.key.id, noteOf(form));
      if (letter === null) throw noSuchLetter();
      return { seeOther: '/ops/dead-letters?done=dismissed' };
    }),
    consoleForm(deps, '/ops/dead-letters/replay', async ({ form }) => {
      const carrier = form.get('carrier');
      if (carrier === null && form.get('all') !== 'true') throw noSuchLetter();
      const { more } = await replayWaiting(pipeline, carrier, REPLAY_MAX);
      return { seeOther: `/ops/dead-letters?done=${more ? 'replayed_some' : 'replayed'}` };
    }),
  ];
}

function noSuchLetter(): Problem {
  return new Problem('not_found', 'There is no such dead letter; it may have been replayed.');
}
