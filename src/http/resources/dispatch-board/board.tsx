import { type Board, type BoardDelivery, outlinesOf } from '../../../deliveries/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/index.ts';
import { MapFrame } from '../../console/parts/map-frame.tsx';
import { Empty, Table, Tag } from '../../console/parts/pieces.tsx';
import type { MapCourier } from '../courier-map/map-state.ts';
import { ageOf } from './age.ts';
import { BoardAlerts } from './alerts.tsx';
import { toneOf, wordOf } from './decision.tsx';
import { PausedAreas, PauseForm } from './paused-areas.tsx';
import type { BoardSight } from './sight.ts';

/** A screen of more helps nobody: what has waited longest comes first. */
export const SHOWN_MAX = 200;

export interface BoardProps {
  readonly sight: BoardSight;
  readonly board: Board;
  readonly couriers: readonly MapCourier[];
  /** Slugs by id, where deliveries of several are shown. */
  readonly merchants: ReadonlyMap<string, string>;
  /** Of the delivery or courier that was chosen. */
  readonly chosenId: string | null;
  /** Whose deliveries and couriers these are; null: the reader's own. */
  readonly tenants: readonly Tenant[] | null;
}

/**
 * What waits for a courier and who is under way, on a map and as a list: what pages of operators and of
 * merchants have in common. The page runs the map's script, which asks for the same page again.
 */
export function BoardParts(props: BoardProps) {
  const { sight, board, couriers, chosenId, merchants, tenants } = props;
  const found = board.deliveries.find((each) => idOf(each) === chosenId);
  const courier = couriers.find(({ id }) => id === chosenId);
  return (
    <>
      <h1>Dispatch</h1>
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
        <section class="map-side" aria-label="Map">
          <MapFrame label="Pickups that wait, and couriers. Arrow keys move the map, plus and minus zoom, 0 shows all." />
          <ul class="map-legend" aria-label="Legend">
            <li class="bad">pickup that nobody took</li>
            <li class="warn">pickup that looks for a courier</li>
            <li class="good">courier</li>
            {board.pauses.length > 0 && <li class="paused-key">paused area</li>}
          </ul>
          <div id="map-pause">
            {sight.decides && <PauseForm sight={sight} tenants={tenants} merchants={merchants} />}
          </div>
          <div id="map-chosen" role="status">
            {found && (
              <p>
                <a href={`${sight.at}/${idOf(found)}`}>
                  {`${found.trackingNumber}: ${sight.decides ? 'why, and assign' : 'why'}`}
                </a>
              </p>
            )}
            {courier && (
              <p>
                <CourierName sight={sight} id={courier.id} name={courier.name} />
                {`, ${courier.holds} carried, ${courier.to_load} to load`}
              </p>
            )}
          </div>
        </section>
        <div id="map-table">
          <Rows {...props} />
        </div>
      </div>
      <script
        type="application/json"
        id="map-data"
        dangerouslySetInnerHTML={{ __html: dataOf(board, couriers, found) }}
      />
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
  const path = sight.pathOf.courier(id);
  return path === null ? <span>{name}</span> : <a href={path}>{name}</a>;
}

function Summary({ sight, board: { figures, deliveries }, couriers }: BoardProps) {
  const { open, queued, assigned, oldest } = figures;
  const since = oldest === null ? '' : `, the oldest for ${ageOf(sight.nowMs, oldest)}`;
  const rest = open + assigned - deliveries.length;
  const more = rest > 0 ? ` ${rest} more are not shown.` : '';
  const unheard = queued > 0 ? ` ${queued} of them were offered to everybody near.` : '';
  return (
    <>
      {`${open} ${open === 1 ? 'looks' : 'look'} for a courier${since}.${unheard} ${assigned} under way, ${couriers.length} couriers on shift.${more}`}
    </>
  );
}

function Rows({ sight, board, couriers, merchants, chosenId }: BoardProps) {
  if (board.deliveries.length === 0) return <Empty>Nothing waits, and nothing is under way.</Empty>;
  const names = new Map(couriers.map(({ id, name }) => [id, name]));
  return (
    <Table label="Deliveries" head={['Delivery', 'State']} stacks>
      {board.deliveries.map((each) => {
        const { row, phase, asked, unanswered } = each;
        const id = idOf(each);
        const since = row.assigned_at ?? row.opened_at;
        const courierId = row.courier_id === null ? null : wireId('courier', row.courier_id);
        return (
          <tr key={id} aria-current={id === chosenId ? 'true' : undefined}>
            <td class="wrap">
              <a href={`${sight.at}?courier=${id}`} id={id} data-courier={id}>
                {each.trackingNumber}
              </a>{' '}
              <span class="soft">
                {[merchants.get(row.merchant_id), row.mode === 'test' ? 'test' : null]
                  .filter(Boolean)
                  .join(', ')}
              </span>
              <br />
              <a href={`${sight.at}/${id}`}>
                {sight.decides ? 'Why, assign' : 'Why'}
                <span class="unseen">{` ${each.trackingNumber}`}</span>
              </a>
            </td>
            <td class="wrap">
              <Tag tone={toneOf(row, phase)}>{wordOf(row, phase, each.pause)}</Tag>{' '}
              {each.trouble !== null && (
                <>
                  <Tag tone="bad">{each.trouble.replaceAll('_', ' ')}</Tag>{' '}
                </>
              )}
              {asked > 0 && (
                <span class="soft">{`${asked} asked, ${unanswered} not answered`}</span>
              )}
              <br />
              <span class="soft">
                {'for '}
                <time dateTime={iso(since.getTime())}>{ageOf(sight.nowMs, since)}</time>
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

function idOf({ row }: BoardDelivery): string {
  return wireId('delivery', row.shipment_id);
}

/** For the map's script: what the page shows anyway. */
function dataOf(
  { deliveries, pauses }: Board,
  couriers: readonly MapCourier[],
  chosen: BoardDelivery | undefined,
): string {
  const riders = couriers.flatMap(({ id, name, lat, lng }) =>
    lat === null || lng === null ? [] : [[id, name, lat, lng, 'good']],
  );
  const waiting = deliveries.flatMap((each) => {
    const { row, origin, trackingNumber } = each;
    if (row.state !== 'open') return [];
    const tone = row.queued_at === null ? 'warn' : 'bad';
    return [[idOf(each), trackingNumber, origin.lat, origin.lng, tone]];
  });
  // From the shop to the door, as the trail of what was chosen.
  const line = chosen && [chosen.origin, chosen.destination].map(({ lat, lng }) => [lng, lat]);
  const shown = chosen && line ? { id: idOf(chosen), trail: line } : null;
  const areas = pauses.flatMap((pause) => outlinesOf(pause));
  const data = { points: [...riders, ...waiting], chosen: shown, areas };
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}
