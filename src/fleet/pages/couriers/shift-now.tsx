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
  const words = useMessages().couriers.list;
  const until = useUntil(nowMs);
  const { onShift, shiftEndsAtMs } = courier;
  if (!onShift) return <Tag>{words.off}</Tag>;
  return (
    <Tag tone="good">
      {shiftEndsAtMs === null ? words.onShift : words.onUntil({ time: until(shiftEndsAtMs) })}
    </Tag>
  );
}

/** Writes when something ends: the time, with its day unless that is today. */
function useUntil(nowMs: number) {
  const { clock, day } = useDates(nowMs);
  const { timeZone } = useSpoken();
  return (atMs: number): string => {
    const at = new Date(atMs).toISOString();
    const date = dayIn(timeZone, atMs);
    return date === dayIn(timeZone, nowMs) ? clock(at) : `${day(date)}, ${clock(at)}`;
  };
}

interface ButtonsProps {
  readonly courier: Courier;
  /** The path of the courier's page. */
  readonly path: string;
  /** Whose buttons they are, where several look alike. */
  readonly about?: string;
}

/** Starts or ends a shift with one press. */
export function ShiftButtons({ courier, path, about }: ButtonsProps) {
  const words = useMessages().couriers.list;
  const named = about === undefined ? {} : { about };
  const act = (does: string, label: string) => (
    <Action
      to={`${path}/shift`}
      label={label}
      fields={{ do: does, ...(about === undefined ? {} : { from: 'list' }) }}
      {...named}
    />
  );
  return courier.onShift ? act('end', words.endShift) : act('start', words.startShift);
}

/** Starts a shift that ends by itself at a time, if one is given. */
export function StartShift({ path }: Pick<ButtonsProps, 'path'>) {
  const words = useMessages().couriers.list;
  return (
    <PostForm to={`${path}/shift`} class="row">
      <input type="hidden" name="do" value="start" />
      <label for="shift-ends">{words.endsAt}</label>
      <input id="shift-ends" type="time" name="ends" aria-describedby="shift-ends-hint" />
      <button type="submit" class="primary">
        {words.startShift}
      </button>
      <span id="shift-ends-hint" class="soft">
        {words.endsAtHint}
      </span>
    </PostForm>
  );
}
