import { PostForm } from '../../../http/console/kit/fields.tsx';
import { Icon } from '../../../http/console/kit/icons.tsx';
import { useMessages } from '../../../http/console/kit/language.ts';
import { Action, Removal } from '../../../http/console/kit/pieces.tsx';
import type { Courier } from '../../couriers/index.ts';

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

/**
 * Starts, pauses or resumes a shift with one press; to end it takes the menu and a confirmation.
 * Without a phone, a courier gets neither offers nor the route, and starts no shift.
 */
export function ShiftButtons({ courier, path, about }: ButtonsProps & { readonly about: string }) {
  const { acts, plan } = useMessages().couriers.shifts;
  const { more } = useMessages().layout.frame;
  const { onShift, pause, device } = courier;
  const act: ShiftAct = !onShift ? 'start' : pause === null ? 'pause' : 'resume';
  return (
    <>
      {(device !== null || onShift) && (
        <Action
          {...{ to: `${path}/shift`, label: acts[act], about }}
          fields={{ do: act, from: 'list' }}
        />
      )}
      <details class="menu">
        <summary class="button" title={more}>
          <Icon name="more" />
          <span class="unseen">{`${more} ${about}`}</span>
        </summary>
        <div class="sheet">
          <a href={`${path}#planned`}>{plan}</a>
          {onShift && <EndShift {...{ path, about }} />}
        </div>
      </details>
    </>
  );
}

function EndShift({ path, about }: Pick<ButtonsProps, 'path' | 'about'>) {
  const { acts, endSure } = useMessages().couriers.shifts;
  return (
    <Removal
      {...{ to: `${path}/shift`, label: acts.end, sure: endSure }}
      fields={{ do: 'end', ...(about === undefined ? {} : { from: 'list' }) }}
      {...(about === undefined ? {} : { about })}
    />
  );
}

/** How long a courier may be paused for, in minutes. */
export const PAUSE_MINUTES = [15, 30, 60, 120] as const;

/** The shift that runs or does not, with what a dispatcher can do about it. */
export function ShiftNow({ courier, path }: ButtonsProps) {
  const words = useMessages().couriers.shifts;
  if (!courier.onShift && courier.device === null) return <p class="soft">{words.needsPhone}</p>;
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
          <Action to={`${path}/shift`} label={words.acts.resume} fields={{ do: 'resume' }} />
        </div>
        <EndShift path={path} />
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
      <EndShift path={path} />
    </>
  );
}
