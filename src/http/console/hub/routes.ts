import { h } from 'preact';
import { deadByCarrier, replayDeadLetters, replayWaiting } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { casesByMerchant } from '../../../reactions/exceptions/index.ts';
import { carrierCard, carrierCards } from '../../api/carriers/console-cards.ts';
import { CarrierPage } from '../../api/carriers/console-carrier-page.tsx';
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
import { accountsOf, overviewOf } from '../../api/overview/routes.ts';
import { refusedCommandConsoleRoutes } from '../../api/refused-commands/console-routes.ts';
import { reviewConsoleRoutes } from '../../api/review/console-routes.ts';
import { webhookConsoleRoutes } from '../../api/webhook-endpoints/console-routes.ts';
import type { Route } from '../../kit/route.ts';
import { noteOf } from '../console-form.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import type { DeskDeps } from '../kit/visit.ts';
import { MERCHANTS_NAMED } from '../kit/whose.tsx';
import { findPage } from './find-page.tsx';
import { merchantsRoute } from './merchants.tsx';
import { operatorRoutes } from './operators.tsx';

/** The pages for operators, about all merchants and the hub itself. */
export function hubRoutes(deps: DeskDeps): readonly Route[] {
  return [
    deskPage(deps, 'readHub', async (call) => {
      const { parts } = deps;
      const [overview, cases] = await Promise.all([
        overviewOf(parts),
        casesByMerchant(parts.db.pipeline, parts.clock.nowMs(), MERCHANTS_NAMED),
      ]);
      return h(OverviewPage, { deps, call, overview, cases });
    }),
    deskPage(deps, 'readCarriers', async (call) =>
      h(CarriersPage, { deps, call, cards: await carrierCards(deps.parts) }),
    ),
    deskPage(deps, 'readCarrier', async (call) => {
      const manifest = deps.parts.carrier(call.param('carrier'));
      const [card, accounts] = await Promise.all([
        carrierCard(deps.parts, manifest),
        accountsOf(deps.parts, manifest.name),
      ]);
      return h(CarrierPage, { deps, call, card, accounts });
    }),
    findPage(deps),
    merchantsRoute(deps),
    ...operatorRoutes(deps),
    ...deadLetterConsoleRoutes(deps),
    ...reviewConsoleRoutes(deps),
    ...mappingConsoleRoutes(deps),
    ...notificationConsoleRoutes(deps),
    ...messageConsoleRoutes(deps),
    ...webhookConsoleRoutes(deps),
    ...accuracyConsoleRoutes(deps),
    ...modelConsoleRoutes(deps),
    ...dropConsoleRoutes(deps),
    ...refusedCommandConsoleRoutes(deps),
  ];
}

function deadLetterConsoleRoutes(deps: DeskDeps): readonly Route[] {
  const { pipeline } = deps.parts.db;
  return [
    deskPage(deps, 'readDeadLetters', async (call) => {
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
    deskPage(deps, 'readDeadLetter', async (call) => {
      const raw = call.query.get('raw') === 'true' && call.visitor.power === 'write';
      const letter = await shownLetter(deps.parts, call.param('id'), raw, call.visitor.actor.id);
      if (letter === null) throw noSuchLetter();
      return h(DeadLetterPage, { deps, call, letter });
    }),
    deskForm(deps, 'replayDeadLetterFromHub', async ({ param }) => {
      const ids = await replayDeadLetters(pipeline, [param('id')]);
      if (ids.length === 0) throw noSuchLetter();
      return { seeOther: '/console/hub/dead-letters?done=replayed' };
    }),
    deskForm(deps, 'dismissDeadLetterFromHub', async ({ param, form, visitor }) => {
      const letter = await dismissLetter(deps.parts, param('id'), visitor.actor.id, noteOf(form));
      if (letter === null) throw noSuchLetter();
      return { seeOther: '/console/hub/dead-letters?done=dismissed' };
    }),
    deskForm(deps, 'replayDeadLettersFromHub', async ({ form }) => {
      const carrier = form.get('carrier');
      if (carrier === null && form.get('all') !== 'true') throw noSuchLetter();
      const { more } = await replayWaiting(pipeline, carrier, REPLAY_MAX);
      return { seeOther: `/console/hub/dead-letters?done=${more ? 'replayed_some' : 'replayed'}` };
    }),
  ];
}

function noSuchLetter(): Problem {
  return new Problem('not_found', 'mappings.noSuchDeadLetter');
}
