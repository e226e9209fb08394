import { DeskLayout } from '../../../http/console/kit/layout.tsx';
import { messagesFor } from '../../../http/console/kit/spoken.tsx';
import type { DeskCall, DeskDeps } from '../../../http/console/kit/visit.ts';
import { shipmentPathOf } from '../../../http/console/shipments/list-page.tsx';
import { watchedTenant } from '../../../http/console/shipments/live-rows.tsx';
import { BoardParts, type BoardProps } from '../dispatch-board/board.tsx';
import { DecisionParts, type DecisionProps } from '../dispatch-board/decision.tsx';
import type { BoardSight } from '../dispatch-board/sight.ts';

/**
 * The path of the page where members of a merchant see deliveries waiting for couriers, and
 * assignments.
 */
export const AT = '/console/dispatch';

interface Around {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  readonly notice: string | null;
}

type Board = Pick<BoardProps, 'board' | 'couriers' | 'chosenId'>;

export function DeskBoardPage({ deps, call, notice, ...board }: Around & Board) {
  const { scriptUrl: script } = deps.assets.map;
  const { title } = messagesFor(call).dispatch.board;
  return (
    <DeskLayout {...{ deps, notice, script, title }} visitor={call.visitor} at={AT}>
      <BoardParts {...board} sight={sightOf(deps, call)} merchants={new Map()} tenants={null} />
    </DeskLayout>
  );
}

export function DeskDeliveryPage({
  deps,
  call,
  notice,
  ...decision
}: Around & Omit<DecisionProps, 'sight'>) {
  const { scriptUrl: script } = deps.assets.map;
  const { title } = messagesFor(call).dispatch.decision;
  return (
    <DeskLayout {...{ deps, notice, script, title }} visitor={call.visitor} at={AT}>
      <DecisionParts {...decision} sight={sightOf(deps, call)} />
    </DeskLayout>
  );
}

function sightOf({ parts, assets }: DeskDeps, { visitor, tenant, may }: DeskCall): BoardSight {
  return {
    map: assets.map,
    liveAt: `${AT}/live?of=${watchedTenant(tenant)}`,
    at: AT,
    csrf: visitor.csrf,
    nowMs: parts.clock.nowMs(),
    decides: may('dispatch:decide'),
    pathOf: { shipment: shipmentPathOf, courier: () => null },
  };
}
