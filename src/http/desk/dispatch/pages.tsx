import { BoardParts, type BoardProps } from '../../resources/dispatch-board/board.tsx';
import { DecisionParts, type DecisionProps } from '../../resources/dispatch-board/decision.tsx';
import type { BoardSight } from '../../resources/dispatch-board/sight.ts';
import { DeskLayout } from '../parts/layout.tsx';
import { shipmentPathOf } from '../shipments/list-page.tsx';
import type { DeskCall, DeskDeps } from '../visit.ts';

/** Where people of a merchant see what waits for their couriers and who brings it. */
export const AT = '/console/dispatch';

interface Around {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  readonly notice: string | null;
}

type Board = Pick<BoardProps, 'board' | 'couriers' | 'chosenId'>;

export function DeskBoardPage({ deps, call, notice, ...board }: Around & Board) {
  const { mapScriptUrl: script } = deps.assets;
  return (
    <DeskLayout {...{ deps, notice, script }} visitor={call.visitor} title="Dispatch" at={AT}>
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
  return (
    <DeskLayout {...{ deps, notice }} visitor={call.visitor} title="A delivery" at={AT}>
      <DecisionParts {...decision} sight={sightOf(deps, call)} />
    </DeskLayout>
  );
}

function sightOf({ parts }: DeskDeps, { visitor, may }: DeskCall): BoardSight {
  return {
    ...{ at: AT, csrf: visitor.csrf, nowMs: parts.clock.nowMs() },
    decides: may('dispatch:decide'),
    pathOf: { shipment: shipmentPathOf, courier: () => null },
  };
}
