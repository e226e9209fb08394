import { useMessages } from '../../../http/console/kit/language.ts';
import { shipmentPath } from '../../../http/console/kit/pieces.tsx';
import { Layout } from '../../../http/console/operators/layout.tsx';
import type { ConsoleDeps, PageCall } from '../../../http/console/operators/visit.ts';
import { BoardParts, type BoardProps } from './board.tsx';
import { DecisionParts, type DecisionProps } from './decision.tsx';
import type { BoardSight } from './sight.ts';

/**
 * The path of the page where operators see the waiting and assigned deliveries of all merchants.
 */
export const AT = '/ops/dispatch';
export const LIVE_AT = `${AT}/live`;

interface Around {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
}

export function BoardPage({ deps, call, ...board }: Around & Omit<BoardProps, 'sight'>) {
  const { title } = useMessages().dispatch.board;
  return (
    <Layout
      assets={deps.assets}
      visitor={call.visitor}
      title={title}
      at={AT}
      script={deps.assets.map.scriptUrl}
    >
      <BoardParts {...board} sight={sightOf(deps, call)} />
    </Layout>
  );
}

export function DecisionPage({ deps, call, ...decision }: Around & Omit<DecisionProps, 'sight'>) {
  const { title } = useMessages().dispatch.decision;
  return (
    <Layout
      assets={deps.assets}
      visitor={call.visitor}
      title={title}
      at={AT}
      script={deps.assets.map.scriptUrl}
    >
      <DecisionParts {...decision} sight={sightOf(deps, call)} />
    </Layout>
  );
}

function sightOf({ parts, assets }: ConsoleDeps, { visitor }: PageCall): BoardSight {
  return {
    map: assets.map,
    at: AT,
    liveAt: LIVE_AT,
    csrf: visitor.csrf,
    nowMs: parts.clock.nowMs(),
    decides: visitor.power === 'write',
    pathOf: { shipment: shipmentPath, courier: (id) => `/ops/couriers/${id}` },
  };
}
