import {
  type OpeningHours,
  type OpeningLine,
  openingLines,
} from '../../../../kernel/time/opening-hours.ts';
import type { PageTexts } from '../../tracking/pages/texts.ts';
import type { WallClockFormats } from '../../tracking/pages/view/wall-clock.ts';

/** A week of opening hours in the page's words. */
export function hoursOf(
  hours: readonly OpeningHours[] | null,
  { pickup }: PageTexts,
  formats: Pick<WallClockFormats, 'time'>,
): readonly OpeningLine[] {
  return openingLines(hours ?? [], {
    days: Object.values(pickup.days),
    roundTheClock: pickup.round_the_clock,
    time: (clock) => formats.time(`2026-01-05T${clock}`) ?? clock,
  });
}
