import { useMessages, useSpoken } from '../../../http/console/kit/language.ts';
import { Tag } from '../../../http/console/kit/pieces.tsx';
import type { Messages } from '../../../platform/messages/shape.ts';
import type { Board } from '../../deliveries/index.ts';
import { ageOf, lengthOf } from './age.ts';

/**
 * Thresholds from which a figure needs attention, the same as in the alerts of the whole
 * installation.
 */
const ALARM = { ageS: 600, waitP90S: 300, offersEach: 9, lost: 3 } as const;

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly isBad: boolean;
  /** What to do about it, or what the figure counts. */
  readonly hint: string;
}

interface Props {
  readonly board: Board;
  readonly nowMs: number;
}

/** What is wrong with the search for couriers, one line each; nothing if all is well. */
export function BoardAlerts({ board, nowMs }: Props) {
  const { locale } = useSpoken();
  const words = useMessages().dispatch.alerts;
  const bad = figuresOf(words, board, nowMs, locale).filter(({ isBad }) => isBad);
  if (bad.length === 0) return null;
  return (
    <ul class="alerts">
      {bad.map((each) => (
        <li key={each.name}>
          <Alert {...each} />
        </li>
      ))}
    </ul>
  );
}

/** How the search for couriers goes, in figures. */
export function BoardFigures({ board, nowMs }: Props) {
  const { locale } = useSpoken();
  const words = useMessages().dispatch.alerts;
  return (
    <details>
      <summary>{words.figures}</summary>
      <dl class="facts">
        {figuresOf(words, board, nowMs, locale).map(({ name, value }) => [
          <dt key={`${name} name`}>{name}</dt>,
          <dd key={`${name} value`}>{value}</dd>,
        ])}
      </dl>
    </details>
  );
}

function Alert({ name, value, hint }: Figure) {
  return (
    <>
      <Tag tone="bad">{`${name}: ${value}`}</Tag> <span class="soft">{hint}</span>
    </>
  );
}

/** The figures of a board, with their texts and whether they need attention. Pure. */
function figuresOf(
  words: Messages['dispatch']['alerts'],
  { figures, search }: Board,
  nowMs: number,
  locale: string,
): readonly Figure[] {
  const { oldestMs, orphaned } = figures;
  const { found, waitP90S: waitS, offersEach: each, lost } = search;
  return [
    {
      name: words.oldest,
      value: oldestMs === null ? words.noneWaits : ageOf(locale, nowMs, oldestMs),
      isBad: oldestMs !== null && nowMs - oldestMs > ALARM.ageS * 1_000,
      hint: words.oldestSays,
    },
    {
      name: words.found,
      value:
        waitS === null
          ? words.noneFound
          : words.within({ length: lengthOf(locale, waitS), share: shareOf(words, found) }),
      isBad: waitS !== null && waitS > ALARM.waitP90S,
      hint: words.foundSays,
    },
    {
      name: words.each,
      value: each === null ? words.noOffersSent : String(Math.round(each * 10) / 10),
      isBad: each !== null && each > ALARM.offersEach,
      hint: words.eachSays,
    },
    {
      name: words.orphaned,
      value: words.orphans({ count: orphaned, lost }),
      isBad: orphaned > 0 || lost > ALARM.lost,
      hint: words.orphanedSays,
    },
  ];
}

/** The text for a share of nine in ten; of fewer than ten, these are all. Pure. */
function shareOf(words: Messages['dispatch']['alerts'], found: number): string {
  return found < 10 ? words.few({ count: found }) : words.most({ count: found });
}
