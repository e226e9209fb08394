import { type ProgressStep, progressOf, type Status } from '../../../../../kernel/status.ts';
import type { PublicTrack } from '../../../../../tracking/ports/public-tracks.ts';

export interface Step {
  readonly label: ProgressStep;
  readonly state: 'done' | 'current' | 'todo';
}

/** The colour scheme of the page, by how the reader should feel about the state. */
export type Tone = 'moving' | 'arriving' | 'done' | 'attention' | 'quiet';

const TONES: Readonly<Record<Status, Tone>> = {
  created: 'moving',
  picked_up: 'moving',
  in_transit: 'moving',
  at_facility: 'moving',
  out_for_delivery: 'arriving',
  available_for_pickup: 'arriving',
  delivery_attempted: 'attention',
  exception: 'attention',
  returning: 'attention',
  delivered: 'done',
  returned_to_sender: 'quiet',
  cancelled: 'quiet',
};

export function toneOf(status: Status): Tone {
  return TONES[status];
}

export type GlyphName = 'parcel' | 'vehicle' | 'counter' | 'check' | 'warning' | 'back' | 'cross';

const GLYPHS: Readonly<Record<Status, GlyphName>> = {
  created: 'parcel',
  picked_up: 'parcel',
  in_transit: 'parcel',
  at_facility: 'parcel',
  out_for_delivery: 'vehicle',
  available_for_pickup: 'counter',
  delivery_attempted: 'warning',
  exception: 'warning',
  returning: 'back',
  delivered: 'check',
  returned_to_sender: 'back',
  cancelled: 'cross',
};

/** The icon beside the headline, which says the same in words. */
export function glyphOf(status: Status): GlyphName {
  return GLYPHS[status];
}

/** The progress steps, each with its state. */
export function stepsOf({
  status,
  events,
}: Pick<PublicTrack, 'status'> & {
  readonly events: readonly Pick<PublicTrack['events'][number], 'status'>[];
}): readonly Step[] {
  const hasBeenOut = events.some(
    (event) => event.status === 'out_for_delivery' || event.status === 'delivery_attempted',
  );
  const { steps, done } = progressOf(status, hasBeenOut);
  return steps.map((label, i) => ({
    label,
    state: i < done ? 'done' : i === done ? 'current' : 'todo',
  }));
}
