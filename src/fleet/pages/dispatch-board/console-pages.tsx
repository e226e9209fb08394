import { DeskLayout } from '../../../http/console/kit/layout.tsx';
import { shipmentPath } from '../../../http/console/kit/pieces.tsx';
import { messagesFor } from '../../../http/console/kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskPageProps } from '../../../http/console/kit/visit.ts';
import { ofWhose, whoseOf } from '../../../http/console/kit/whose.tsx';
import { watchedTenant } from '../../../http/console/shipments/live-rows.tsx';
import { DeliveriesPage, InSharedZone } from '../deliveries-page.tsx';
import { BoardParts, BoardSummary } from './board.tsx';
import { DecisionParts, type DecisionProps } from './decision.tsx';
import type { BoardProps, BoardSight } from './sight.ts';

/** The path of the page with deliveries waiting for couriers, and assignments. */
export const AT = '/console/deliveries';
/** The path of the page with all couriers on shift. */
export const MAP_AT = `${AT}/map`;

export function BoardPage({ deps, call, ...board }: DeskPageProps & Omit<BoardProps, 'sight'>) {
  const { title } = messagesFor(call).dispatch.board;
  const sight = sightOf(deps, call);
  return (
    <DeliveriesPage
      {...{ deps, call, title, at: AT }}
      {...(board.hasCouriers ? {} : { mainAction: null })}
      summary={<BoardSummary {...board} sight={sight} />}
      zones={board.board.deliveries.map(({ zone }) => zone)}
      hasMap
    >
      <BoardParts {...board} sight={sight} />
    </DeliveriesPage>
  );
}

export function DecisionPage({
  deps,
  call,
  ...decision
}: DeskPageProps & Omit<DecisionProps, 'sight'>) {
  const { scriptUrl: script } = deps.assets.map;
  const { title } = messagesFor(call).dispatch.decision;
  return (
    <InSharedZone zones={[decision.view.shipment.destinationZone]}>
      <DeskLayout {...{ deps, title }} visitor={call.visitor} at={AT} script={script}>
        <DecisionParts {...decision} sight={sightOf(deps, call)} />
      </DeskLayout>
    </InSharedZone>
  );
}

/** @param chosen the path of the page with something selected. */
export function sightOf(
  { parts, assets }: DeskDeps,
  call: DeskCall,
  page: BoardSight['page'] = 'board',
  chosen: BoardSight['pathOf']['chosen'] = (id) => `${AT}?courier=${id}`,
): BoardSight {
  const tenant = whoseOf(call);
  const whose = tenant === null ? ofWhose(call) : { whose: watchedTenant(tenant) };
  return {
    map: assets.map,
    liveAt: `${AT}/live?${new URLSearchParams(whose)}`,
    ...{ at: AT, page },
    csrf: call.visitor.csrf,
    nowMs: parts.clock.nowMs(),
    decides: call.may('dispatch:decide'),
    seesPeople: call.may('people:see'),
    of: ofWhose(call)['of'] ?? null,
    pathOf: { shipment: shipmentPath, chosen, courier: (id) => `${AT}/couriers/${id}` },
  };
}
