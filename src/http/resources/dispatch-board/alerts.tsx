import type { Board } from '../../../deliveries/index.ts';
import { Tag } from '../../console/parts/pieces.tsx';
import { ageOf, lengthOf } from './age.ts';

/** From when on somebody should look, as the alerts for the whole installation have it. */
const ALARM = { ageS: 600, waitP90S: 300, offersEach: 9, lost: 3 } as const;

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly isBad: boolean;
  /** What to do about it, or what it counts. */
  readonly says: string;
}

/** How the search goes: what is waiting too long, asked too often, or in no good hands. */
export function BoardAlerts({ board, nowMs }: { readonly board: Board; readonly nowMs: number }) {
  const figures = figuresOf(board, nowMs);
  const bad = figures.filter(({ isBad }) => isBad);
  return (
    <>
      {bad.length > 0 && (
        <ul class="alerts">
          {bad.map(({ name, value, says }) => (
            <li key={name}>
              <Tag tone="bad">{`${name}: ${value}`}</Tag> {says}
            </li>
          ))}
        </ul>
      )}
      <dl class="facts">
        {figures.map(({ name, value }) => [
          <dt key={`${name} name`}>{name}</dt>,
          <dd key={`${name} value`}>{value}</dd>,
        ])}
      </dl>
    </>
  );
}

/** Pure. */
function figuresOf({ figures, search }: Board, nowMs: number): readonly Figure[] {
  const { oldest, orphaned } = figures;
  const { found, wait_p90_s: waitS, offers_each: each, lost } = search;
  return [
    {
      name: 'Oldest without a courier',
      value: oldest === null ? 'none waits' : ageOf(nowMs, oldest),
      isBad: oldest !== null && nowMs - oldest.getTime() > ALARM.ageS * 1_000,
      says: 'Assign it, or get more couriers on shift.',
    },
    {
      name: 'Found a courier within',
      value: waitS === null ? 'none in the last hour' : `${lengthOf(waitS)} (${shareOf(found)})`,
      isBad: waitS !== null && waitS > ALARM.waitP90S,
      says: 'Too few couriers are on shift near the pickups, or offers are not answered.',
    },
    {
      name: 'Couriers asked for each',
      value: each === null ? 'nobody in the last hour' : String(Math.round(each * 10) / 10),
      isBad: each !== null && each > ALARM.offersEach,
      says: 'Offers are declined, or nobody looks at them: “Why” of a delivery shows the answers.',
    },
    {
      name: 'Orphaned',
      value: `${orphaned} in nobody’s hands, ${lost} lost ${lost === 1 ? 'its' : 'their'} courier`,
      isBad: orphaned > 0 || lost > ALARM.lost,
      says: 'Couriers went silent, went off shift or were signed out; what they had not fetched is offered to others.',
    },
  ];
}

/** Of fewer than ten, nine of ten are all. Pure. */
function shareOf(found: number): string {
  if (found < 10) return found === 1 ? '1 delivery' : `${found} deliveries`;
  return `9 of 10 of ${found} deliveries`;
}
