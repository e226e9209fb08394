import { dayIn, useDates } from '../../../http/console/kit/dates.ts';
import { PostForm } from '../../../http/console/kit/fields.tsx';
import { useMessages, useSpoken } from '../../../http/console/kit/language.ts';
import { Action, Tag } from '../../../http/console/kit/pieces.tsx';
import type { Courier } from '../../couriers/index.ts';

interface TagProps {
  readonly courier: Courier;
  readonly nowMs: number;
}

/** Whether a courier works now, and until when. */
export function ShiftTag({ courier, nowMs }: TagProps) {
  const { onShift, shiftEndsAtMs, pause } = courier;
  const words = useMessages().couriers.shifts;
  const until = useUntil(nowMs);
  if (pause !== null) {
    const endsAtMs = pause.endsAtMs;
    return (
      <Tag tone="warn">
        {endsAtMs === null ? words.paused : words.pausedUntil({ time: until(endsAtMs) })}
      </Tag>
    );
  }
  if (!onShift) return <Tag>{words.off}</Tag>;
  return (
    <Tag tone="good">
      {shiftEndsAtMs === null ? words.on : words.onUntil({ time: until(shiftEndsAtMs) })}
    </Tag>
  );
}

/** Writes when something starts or ends: the time, with its day unless that is today. */
export function useUntil(nowMs: number) {
  const { clock, day } = useDates(nowMs);
  const { timeZone } = useSpoken();
  return (atMs: number): string => {
    const at = new Date(atMs).toISOString();
    const date = dayIn(timeZone, atMs);
    return date === dayIn(timeZone, nowMs) ? clock(at) : `${day(date)}, ${clock(at)}`;
  };
}

/** What a form does with a shift. */
export const SHIFT_ACTS = ['start', 'end', 'pause', 'resume'] as const;
export type ShiftAct = (typeof SHIFT_ACTS)[number];

interface ButtonsProps {
  readonly courier: Courier;
  /** The path of the courier's page. */
  readonly path: string;
  /** Whose buttons they are, where several look alike. */
  readonly about?: string;
}

/** Starts, pauses, resumes or ends a shift with one press. */
export function ShiftButtons({ courier, path, about }: ButtonsProps) {
  const words = useMessages().couriers.shifts;
  const acts: readonly ShiftAct[] = courier.onShift
    ? [courier.pause === null ? 'pause' : 'resume', 'end']
    : ['start'];
  return (
    <>
      {acts.map((act) => (
        <Action
          key={act}
          to={`${path}/shift`}
          label={words.acts[act]}
          fields={{ do: act, ...(about === undefined ? {} : { from: 'list' }) }}
          {...(about === undefined ? {} : { about })}
        />
      ))}
    </>
  );
}

/** How long a courier may be paused for, in minutes. */
export const PAUSE_MINUTES = [15, 30, 60, 120] as const;

/** The shift that runs or does not, with what a dispatcher can do about it. */
export function ShiftNow({ courier, path }: ButtonsProps) {
  const words = useMessages().couriers.shifts;
  if (!courier.onShift) {
    return (
      <PostForm to={`${path}/shift`} class="stack">
        <input type="hidden" name="do" value="start" />
        <label for="shift-ends">{words.endsAt}</label>
        <input id="shift-ends" type="time" name="ends" aria-describedby="shift-ends-hint" />
        <p id="shift-ends-hint" class="soft">
          {words.endsAtHint}
        </p>
        <div class="row">
          <button type="submit" class="primary">
            {words.acts.start}
          </button>
        </div>
      </PostForm>
    );
  }
  if (courier.pause !== null) {
    return (
      <>
        <p class="soft">{words.pauseHint}</p>
        <div class="row">
          <ShiftButtons courier={courier} path={path} />
        </div>
      </>
    );
  }
  return (
    <>
      <PostForm to={`${path}/shift`} class="stack">
        <input type="hidden" name="do" value="pause" />
        <label for="pause-for">{words.pauseFor}</label>
        <select id="pause-for" name="minutes" aria-describedby="pause-hint">
          {PAUSE_MINUTES.map((minutes) => (
            <option key={minutes} value={minutes} selected={minutes === 30}>
              {minutes < 60 ? `${minutes} min` : `${minutes / 60} h`}
            </option>
          ))}
          <option value="">{words.untilResumed}</option>
        </select>
        <p id="pause-hint" class="soft">
          {words.pauseHint}
        </p>
        <div class="row">
          <button type="submit">{words.acts.pause}</button>
        </div>
      </PostForm>
      <Action to={`${path}/shift`} label={words.acts.end} fields={{ do: 'end' }} />
    </>
  );
}
