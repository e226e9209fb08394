import { useMessages } from '../../../http/console/kit/language.ts';
import { PageMap } from '../../../http/console/kit/map-frame.tsx';
import { Empty, Table, Tag } from '../../../http/console/kit/pieces.tsx';
import type { MapData, MapItem } from '../../../http/maps/map-data.ts';
import type { LatLng } from '../../../kernel/places/distance.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { type Board, type BoardDelivery, outlinesOf } from '../../deliveries/index.ts';
import { courierItem, type MapCourier } from '../courier-map/map-state.ts';
import { ageOf } from './age.ts';
import { BoardAlerts } from './alerts.tsx';
import { boardVersion } from './board-updates.ts';
import { toneOf, wordIn } from './decision.tsx';
import { PausedAreas, PauseForm } from './paused-areas.tsx';
import type { BoardSight } from './sight.ts';

export interface BoardProps {
  readonly sight: BoardSight;
  readonly board: Board;
  readonly couriers: readonly MapCourier[];
  /** The merchants' slugs by id, when deliveries of several merchants are shown. */
  readonly merchants: ReadonlyMap<string, string>;
  /** The selected delivery or courier. */
  readonly chosenId: string | null;
  /** The tenants of these deliveries and couriers; null: only the reader's own. */
  readonly tenants: readonly Tenant[] | null;
}

/**
 * Shows deliveries waiting for a courier and those on the way, on a map and as a list, for the
 * operators' and the merchants' pages. The page runs the map's script, which refetches the same
 * page.
 */
export function BoardParts(props: BoardProps) {
  const { sight, board, couriers, chosenId, merchants, tenants } = props;
  const found = board.deliveries.find((each) => idOf(each) === chosenId);
  const courier = couriers.find(({ id }) => id === chosenId);
  const words = useMessages().dispatch.board;
  return (
    <>
      <h1>{words.title}</h1>
      <p class="lead" id="map-summary">
        <Summary {...props} />
      </p>
      <div id="map-alerts">
        <BoardAlerts board={board} nowMs={sight.nowMs} />
      </div>
      <div id="map-paused">
        <PausedAreas sight={sight} pauses={board.pauses} merchants={merchants} />
      </div>
      <div class="live-map">
        <section class="map-side" aria-label={words.map}>
          <PageMap
            map={sight.map}
            label={words.mapLabel}
            data={dataOf(sight, board, couriers, chosenId)}
            isLive
          />
          <ul class="map-legend" aria-label={words.legend}>
            <li class="bad">{words.pickupUntaken}</li>
            <li class="warn">{words.pickupUnassigned}</li>
            <li class="good">{words.courier}</li>
            {board.pauses.length > 0 && <li class="paused-key">{words.pausedArea}</li>}
          </ul>
          <div id="map-pause">
            {sight.decides && <PauseForm sight={sight} tenants={tenants} merchants={merchants} />}
          </div>
          <div id="map-chosen" role="status">
            {found && (
              <p>
                <a href={`${sight.at}/${idOf(found)}`}>
                  {sight.decides
                    ? words.whyAssignOf({ number: found.trackingNumber })
                    : words.whyOf({ number: found.trackingNumber })}
                </a>
              </p>
            )}
            {courier && (
              <p>
                <CourierName sight={sight} id={courier.id} name={courier.name} />
                {words.carries({ carried: courier.holds, toLoad: courier.to_load })}
              </p>
            )}
          </div>
        </section>
        <div id="map-table">
          <Rows {...props} />
        </div>
      </div>
    </>
  );
}

function CourierName({
  sight,
  id,
  name,
}: {
  readonly sight: BoardSight;
  readonly id: string;
  readonly name: string;
}) {
  return <a href={sight.pathOf.courier(id)}>{name}</a>;
}

function Summary({ sight, board: { figures, deliveries }, couriers }: BoardProps) {
  const { open, queued, assigned, oldestMs } = figures;
  const words = useMessages().dispatch.board;
  const since = oldestMs === null ? '' : words.oldestFor({ age: ageOf(sight.nowMs, oldestMs) });
  const rest = open + assigned - deliveries.length;
  const more = rest > 0 ? words.notShown({ count: rest }) : '';
  const unheard = queued > 0 ? words.unheard({ count: queued }) : '';
  const underWay = words.underWay({ count: assigned, couriers: couriers.length });
  return <>{`${words.look({ count: open })}${since}.${unheard} ${underWay}${more}`}</>;
}

function Rows({ sight, board, couriers, merchants, chosenId }: BoardProps) {
  const words = useMessages().dispatch.board;
  if (board.deliveries.length === 0) return <Empty>{words.nothing}</Empty>;
  const names = new Map(couriers.map(({ id, name }) => [id, name]));
  return (
    <Table label={words.deliveries} head={[words.delivery, words.state]} stacks>
      {board.deliveries.map((each) => {
        const { row, phase, couriersOffered, unanswered } = each;
        const id = idOf(each);
        const since = row.assignedAtMs ?? row.openedAtMs;
        const courierId = row.courierId === null ? null : wireId('courier', row.courierId);
        return (
          <tr key={id} data-map-item={id} aria-current={id === chosenId ? 'true' : undefined}>
            <td class="wrap">
              <a href={`${sight.at}?courier=${id}`} id={id} data-map-item={id}>
                {each.trackingNumber}
              </a>{' '}
              <span class="soft">
                {[merchants.get(row.merchantId), row.mode === 'test' ? words.test : null]
                  .filter(Boolean)
                  .join(', ')}
              </span>
              <br />
              <a href={`${sight.at}/${id}`}>
                {sight.decides ? words.whyAssign : words.why}
                <span class="unseen">{` ${each.trackingNumber}`}</span>
              </a>
            </td>
            <td class="wrap">
              <Tag tone={toneOf(row, phase)}>{wordIn(words, row, phase, each.pause)}</Tag>{' '}
              {each.trouble !== null && (
                <>
                  <Tag tone="bad">{troubleIn(words, each.trouble)}</Tag>{' '}
                </>
              )}
              {couriersOffered > 0 && (
                <span class="soft">
                  {words.asked({ asked: couriersOffered, open: unanswered })}
                </span>
              )}
              <br />
              <span class="soft">
                {`${words.since} `}
                <time dateTime={iso(since)}>{ageOf(sight.nowMs, since)}</time>
              </span>
              {courierId !== null && (
                <>
                  {', '}
                  <CourierName
                    sight={sight}
                    id={courierId}
                    name={names.get(courierId) ?? courierId}
                  />
                </>
              )}
            </td>
          </tr>
        );
      })}
    </Table>
  );
}

function troubleIn({ troubles }: Messages['dispatch']['board'], trouble: string): string {
  return (troubles as Readonly<Record<string, string>>)[trouble] ?? trouble;
}

function idOf({ row }: BoardDelivery): string {
  return wireId('delivery', row.shipmentId);
}

/** The page's data for the map's script; it contains only what the page shows anyway. */
function dataOf(
  sight: BoardSight,
  board: Board,
  couriers: readonly MapCourier[],
  chosenId: string | null,
): MapData {
  const { deliveries, pauses } = board;
  return {
    items: [
      ...couriers.flatMap((courier) => courierItem(courier, 'good')),
      ...deliveries.flatMap((each) => deliveryItems(each, chosenId)),
    ],
    lines: deliveries
      .filter((each) => idOf(each) === chosenId)
      .map(({ origin, destination }) => ({
        kind: 'left',
        points: [origin, destination].map(({ lat, lng }) => [lng, lat]),
      })),
    areas: pauses.flatMap((pause) => outlinesOf(pause)),
    chosen: chosenId,
    updates: { url: sight.liveAt, version: boardVersion(board) },
  };
}

/** A waiting delivery at its pickup, one under way at its door; both of the selected one. */
function deliveryItems(each: BoardDelivery, chosenId: string | null): MapItem[] {
  const { row, origin, destination, trackingNumber: name } = each;
  const id = idOf(each);
  const pickup = { id, kind: 'pickup', name, ...placeOf(origin) } as const;
  const door = { kind: 'door', name, ...placeOf(destination) } as const;
  if (row.state !== 'open') return [{ id, ...door }];
  const tone = row.queuedAtMs === null ? 'warn' : 'bad';
  return [{ ...pickup, tone }, ...(id === chosenId ? [{ id: `${id} door`, ...door }] : [])];
}

const placeOf = ({ lat, lng }: LatLng) => ({ lat, lng });
