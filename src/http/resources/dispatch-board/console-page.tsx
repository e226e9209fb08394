import { type Board, type BoardDelivery, outlinesOf } from '../../../deliveries/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/index.ts';
import { Layout } from '../../console/parts/layout.tsx';
import { Empty, Table, Tag } from '../../console/parts/pieces.tsx';
import type { ConsoleDeps, PageCall } from '../../console/visit.ts';
import type { MapCourier } from '../courier-map/map-state.ts';
import { AT, toneOf, wordOf } from './decide-page.tsx';
import { PausedAreas, PauseForm } from './paused-areas.tsx';

interface BoardProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly notice: string | null;
  readonly board: Board;
  readonly couriers: readonly MapCourier[];
  /** Slugs by id. */
  readonly merchants: ReadonlyMap<string, string>;
  readonly chosenId: string | null;
  /** Whose deliveries and couriers these are. */
  readonly tenants: readonly Tenant[];
}

/** What waits for a courier and who is under way, on a map and as a list. */
export function BoardPage(props: BoardProps) {
  const { deps, call, notice, board, couriers, chosenId, merchants, tenants } = props;
  const found = board.deliveries.find((each) => idOf(each) === chosenId);
  const courier = couriers.find(({ id }) => id === chosenId);
  return (
    <Layout
      assets={deps.assets}
      visitor={call.visitor}
      title="Dispatch"
      at={AT}
      notice={notice}
      script={deps.assets.mapScriptUrl}
    >
      <h1>Dispatch</h1>
      <p class="lead" id="map-summary">
        <Summary {...props} />
      </p>
      <div id="map-paused">
        <PausedAreas call={call} pauses={board.pauses} merchants={merchants} />
      </div>
      <div class="live-map">
        <section class="map-side" aria-label="Map">
          <div class="map-frame" id="map-frame" hidden>
            <canvas
              id="map"
              tabIndex={0}
              role="img"
              aria-label="Pickups that wait, and couriers. Arrow keys move the map, plus and minus zoom, 0 shows all."
            />
            <div class="map-buttons">
              <button type="button" id="map-in" aria-label="Zoom in">
                +
              </button>
              <button type="button" id="map-out" aria-label="Zoom out">
                −
              </button>
              <button type="button" id="map-all">
                All
              </button>
            </div>
          </div>
          <ul class="map-legend" aria-label="Legend">
            <li class="bad">pickup that nobody took</li>
            <li class="warn">pickup that looks for a courier</li>
            <li class="good">courier</li>
            {board.pauses.length > 0 && <li class="paused-key">paused area</li>}
          </ul>
          <div id="map-pause">
            {call.visitor.power === 'write' && (
              <PauseForm call={call} tenants={tenants} merchants={merchants} />
            )}
          </div>
          <div id="map-chosen" role="status">
            {found && (
              <p>
                <a href={`${AT}/${idOf(found)}`}>{`${found.trackingNumber}: why, and assign`}</a>
              </p>
            )}
            {courier && (
              <p>
                <a href={`/ops/couriers/${courier.id}`}>{courier.name}</a>
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
    </Layout>
  );
}

function Summary({ deps, board: { figures, deliveries }, couriers }: BoardProps) {
  const { open, queued, assigned, oldest } = figures;
  const since = oldest === null ? '' : `, the oldest for ${ageOf(deps, oldest)}`;
  const rest = open + assigned - deliveries.length;
  const more = rest > 0 ? ` ${rest} more are not shown.` : '';
  const unheard = queued > 0 ? ` ${queued} of them were offered to everybody near.` : '';
  return (
    <>
      {`${open} ${open === 1 ? 'looks' : 'look'} for a courier${since}.${unheard} ${assigned} under way, ${couriers.length} couriers on shift.${more}`}
    </>
  );
}

function Rows({ deps, call, board, couriers, merchants, chosenId }: BoardProps) {
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
              <a href={`${AT}?courier=${id}`} id={id} data-courier={id}>
                {each.trackingNumber}
              </a>{' '}
              <span class="soft">
                {[merchants.get(row.merchant_id), row.mode === 'test' ? 'test' : null]
                  .filter(Boolean)
                  .join(', ')}
              </span>
              <br />
              <a href={`${AT}/${id}`}>
                {call.visitor.power === 'write' ? 'Why, assign' : 'Why'}
                <span class="unseen">{` ${each.trackingNumber}`}</span>
              </a>
            </td>
            <td class="wrap">
              <Tag tone={toneOf(row, phase)}>{wordOf(row, phase, each.pause)}</Tag>{' '}
              {asked > 0 && (
                <span class="soft">{`${asked} asked, ${unanswered} not answered`}</span>
              )}
              <br />
              <span class="soft">
                {'for '}
                <time dateTime={iso(since.getTime())}>{ageOf(deps, since)}</time>
              </span>
              {courierId !== null && (
                <>
                  {', '}
                  <a href={`/ops/couriers/${courierId}`}>{names.get(courierId) ?? courierId}</a>
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

function ageOf({ parts }: ConsoleDeps, since: Date): string {
  const seconds = Math.max(0, Math.round((parts.clock.nowMs() - since.getTime()) / 1_000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
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
