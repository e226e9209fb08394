import { useMessages, useSpoken } from '../../../http/console/kit/language.ts';
import { PageMap } from '../../../http/console/kit/map-frame.tsx';
import { dispatchMap } from '../courier-map/dispatch-map.ts';
import { MarkLegend } from '../map-marks.tsx';
import { ageOf } from './age.ts';
import { BoardAlerts, BoardFigures } from './alerts.tsx';
import { boardVersion } from './board-updates.ts';
import { Columns } from './columns.tsx';
import { idOf } from './delivery-texts.ts';
import { endedCount } from './done.tsx';
import { PausedAreas, PauseForm } from './paused-areas.tsx';
import type { BoardProps } from './sight.ts';

/**
 * Shows deliveries to assign, under way and done, in columns and on a map. The page runs the map's
 * script, which refetches the same page.
 */
export function BoardParts(props: BoardProps) {
  const { sight, board, merchants, tenants } = props;
  const { dispatch, console: hub } = useMessages();
  const words = dispatch.board;
  const updates = { url: sight.liveAt, version: boardVersion(board) };
  const data = { ...dispatchMap(props), updates };
  return (
    <>
      <Jumps {...props} />
      <div class="board-notes">
        <div id="map-alerts">
          <BoardAlerts board={board} nowMs={sight.nowMs} />
        </div>
        <div id="map-paused">
          <PausedAreas sight={sight} pauses={board.pauses} merchants={merchants} />
        </div>
      </div>
      <div class="dispatch">
        <div id="map-table">
          <Columns {...props} />
        </div>
        <section class="map-side" id="map" aria-label={hub.courierMap.title}>
          <PageMap map={sight.map} label={words.mapLabel} data={data} isLive />
          <MarkLegend data={data} />
          <div id="map-chosen" role="status">
            <ChosenDelivery {...props} />
          </div>
          <div id="map-figures">
            <BoardFigures board={board} nowMs={sight.nowMs} />
          </div>
          <div id="map-pause">
            {sight.decides && <PauseForm sight={sight} tenants={tenants} merchants={merchants} />}
          </div>
        </section>
      </div>
    </>
  );
}

/** Leads to the page of the selected delivery. */
export function ChosenDelivery({ sight, board, chosenId }: BoardProps) {
  const words = useMessages().dispatch.board;
  const found = board.deliveries.find((each) => idOf(each) === chosenId);
  if (found === undefined) return null;
  const write = sight.decides ? words.whyAssignOf : words.whyOf;
  return (
    <p>
      <a href={`${sight.at}/${idOf(found)}`}>{write({ number: found.trackingNumber })}</a>
    </p>
  );
}

/** On a phone, the columns are below each other: links to them, with their counts. */
function Jumps({ board }: BoardProps) {
  const words = useMessages().dispatch.board;
  const { toAssign, underWay, done } = words.columns;
  const { figures } = board;
  const targets = [
    ['to-assign', toAssign, figures.open],
    ['under-way', underWay, figures.assigned],
    ['done', done, endedCount(board)],
  ] as const;
  return (
    <nav class="board-jumps" id="map-jumps" aria-label={words.title}>
      {targets.map(([id, name, count]) => (
        <a key={id} href={`#${id}`}>
          {name} <span class="count">{count}</span>
        </a>
      ))}
    </nav>
  );
}

/** How many wait, and how many are under way. */
export function BoardSummary(props: BoardProps) {
  const { sight, couriers } = props;
  const { figures, deliveries } = props.board;
  const { open, queued, assigned, oldestMs } = figures;
  const words = useMessages().dispatch.board;
  const { locale } = useSpoken();
  // Some are wanted later, and do not wait yet.
  const isWaiting = oldestMs !== null && oldestMs <= sight.nowMs;
  const since = isWaiting ? words.oldestFor({ age: ageOf(locale, sight.nowMs, oldestMs) }) : '';
  const rest = open + assigned - deliveries.length;
  const more = rest > 0 ? words.notShown({ count: rest }) : '';
  const unheard = queued > 0 ? words.unheard({ count: queued }) : '';
  const paused = couriers.filter(({ pause }) => pause !== null).length;
  const underWay = words.underWay({ count: assigned, couriers: couriers.length, paused });
  return <>{`${words.look({ count: open })}${since}.${unheard} ${underWay}${more}`}</>;
}
