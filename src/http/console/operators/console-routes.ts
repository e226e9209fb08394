import { h } from 'preact';
import { deadByCarrier, replayDeadLetters, replayWaiting } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { carrierCards } from '../../api/carriers/console-cards.ts';
import { CarriersPage } from '../../api/carriers/console-page.tsx';
import { DeadLetterPage, DeadLettersPage } from '../../api/dead-letters/console-pages.tsx';
import {
  deadLetterPage,
  dismissLetter,
  REPLAY_MAX,
  shownLetter,
} from '../../api/dead-letters/routes.ts';
import { DEAD_LETTERS_SHOWN } from '../../api/dead-letters/schema.ts';
import { dropConsoleRoutes } from '../../api/drops/console-routes.ts';
import { accuracyConsoleRoutes } from '../../api/edd-accuracy/console-routes.ts';
import { modelConsoleRoutes } from '../../api/edd-models/console-routes.ts';
import { mappingConsoleRoutes } from '../../api/mappings/console-routes.ts';
import { messageConsoleRoutes } from '../../api/notification-templates/console-routes.ts';
import { notificationConsoleRoutes } from '../../api/notifications/console-routes.ts';
import { OverviewPage } from '../../api/overview/console-page.tsx';
import { overviewOf } from '../../api/overview/routes.ts';
import { refusedCommandConsoleRoutes } from '../../api/refused-commands/console-routes.ts';
import { reviewConsoleRoutes } from '../../api/review/console-routes.ts';
import { webhookConsoleRoutes } from '../../api/webhook-endpoints/console-routes.ts';
import type { FleetPort } from '../../fleet-port.ts';
import { createRateLimiter } from '../../kit/rate-limit.ts';
import type { Route } from '../../kit/route.ts';
import type { MapAssets } from '../../maps/map-assets.ts';
import { loadConsoleAssets } from '../kit/assets.ts';
import { noteOf } from '../kit/console-form.ts';
import { consoleForm, consolePage } from './console-route.ts';
import { exceptionConsoleRoutes } from './exceptions/routes.ts';
import { consoleGroups } from './navigation.ts';
import { shipmentConsoleRoutes } from './shipments/routes.ts';
import { signInRoutes } from './sign-in.tsx';
import type { ConsoleDeps } from './visit.ts';

/** A person mistypes a key a few times; more attempts are guessing. */
const ATTEMPTS_BURST = 10;
const ATTEMPTS_PER_S = 0.1;

export interface ConsoleParts extends Omit<ConsoleDeps, 'assets' | 'attempts' | 'navigation'> {
  readonly map: MapAssets;
}

/** The console under `/ops`; the API of the same paths is under `/v1`. */
export function consoleRoutes(parts: ConsoleParts, fleet: FleetPort | null): readonly Route[] {
  const { clock } = parts.parts;
  const deps: ConsoleDeps = {
    ...parts,
    assets: loadConsoleAssets(parts.map),
    navigation: consoleGroups(fleet?.navigation.operators ?? []),
    attempts: createRateLimiter({
      name: 'console sign-ins',
      burst: ATTEMPTS_BURST,
      perS: ATTEMPTS_PER_S,
      clock,
    }),
  };
  return [
    ...signInRoutes(deps),
    consolePage(deps, '/ops', async (call) =>
      h(OverviewPage, { deps, call, overview: await overviewOf(deps.parts) }),
    ),
    consolePage(deps, '/ops/carriers', async (call) =>
      h(CarriersPage, { deps, call, cards: await carrierCards(deps.parts) }),
    ),
    ...deadLetterConsoleRoutes(deps),
    ...reviewConsoleRoutes(deps),
    ...mappingConsoleRoutes(deps),
    ...notificationConsoleRoutes(deps),
    ...messageConsoleRoutes(deps),
    ...webhookConsoleRoutes(deps),
    ...exceptionConsoleRoutes(deps),
    ...(fleet?.consoleRoutes(deps) ?? []),
    ...accuracyConsoleRoutes(deps),
    ...modelConsoleRoutes(deps),
    ...dropConsoleRoutes(deps),
    ...shipmentConsoleRoutes(deps),
    ...refusedCommandConsoleRoutes(deps),
  ];
}

function deadLetterConsoleRoutes(deps: ConsoleDeps): readonly Route[] {
  const { pipeline } = deps.parts.db;
  return [
    consolePage(deps, '/ops/dead-letters', async (call) => {
      const wanted = call.query.get('carrier');
      const carrier = wanted === null || wanted.length > 64 ? null : wanted;
      const page = {
        cursor: call.query.get('cursor') ?? undefined,
        limit: DEAD_LETTERS_SHOWN,
        carrier: carrier ?? undefined,
      };
      const [letters, counts] = await Promise.all([
        deadLetterPage(deps.parts, page),
        deadByCarrier(pipeline),
      ]);
      return h(DeadLettersPage, {
        deps,
        call,
        counts,
        carrier,
        letters: letters.data,
        nextCursor: letters.next_cursor,
      });
    }),
    consolePage(deps, '/ops/dead-letters/:id', async (call) => {
      const raw = call.query.get('raw') === 'true' && call.visitor.power === 'write';
      const letter = await shownLetter(deps.parts, call.param('id'), raw, call.visitor.key.id);
      if (letter === null) throw noSuchLetter();
      return h(DeadLetterPage, { deps, call, letter });
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
  return new Problem('not_found', 'mappings.noSuchDeadLetter');
}
