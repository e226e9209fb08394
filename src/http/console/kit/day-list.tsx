import type { ComponentChildren } from 'preact';
import { useDates } from './dates.ts';
import { useMessages } from './language.ts';

/** Something that happened. */
export interface DayEntry {
  readonly key: string;
  /** By the reader's clock, as `YYYY-MM-DDTHH:MM…`; null: not known. */
  readonly at: string | null;
  /** The time for programs, and for people in full. */
  readonly dateTime?: string | undefined;
  readonly title?: string | undefined;
  /** The colour of its dot. */
  readonly tone?: string | undefined;
  readonly children: ComponentChildren;
}

interface Props {
  readonly entries: readonly DayEntry[];
  readonly nowMs: number;
}

/** What happened, below the days on which it did, in the given order. */
export function DayList({ entries, nowMs }: Props) {
  const { noTime } = useMessages().shipmentPage.timeline;
  const dates = useDates(nowMs);
  const dayOf = (entry: DayEntry | undefined) => entry?.at?.slice(0, 10) ?? null;
  return (
    <ol class="days">
      {entries.map((entry, index) => {
        const { key, at, dateTime, title, tone, children } = entry;
        const day = dayOf(entry);
        return (
          <>
            {(index === 0 || day !== dayOf(entries[index - 1])) && (
              <li class="day" key={`${key} day`}>
                {day === null ? noTime : dates.heading(day)}
              </li>
            )}
            <li key={key} class={tone}>
              <span class="when">
                {at !== null && (
                  <time dateTime={dateTime ?? at} title={title}>
                    {dates.time(at)}
                  </time>
                )}
              </span>
              <div>{children}</div>
            </li>
          </>
        );
      })}
    </ol>
  );
}
