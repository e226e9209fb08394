import type { PageContext } from '../../tracking/pages/page-context.ts';
import type { TrackView } from '../../tracking/pages/view/track-view.ts';
import type { PanelView } from './panel-view.ts';

export interface PanelProps {
  readonly context: PageContext;
  readonly panel: PanelView;
  readonly view: TrackView;
  /** Path of the parcel's page; forms are submitted to paths below it. */
  readonly path: string;
}

/** The submitted value and its error; nulls where the field was valid. */
export function fieldTrouble(
  { trouble }: Pick<PanelView, 'trouble'>,
  form: string,
  name: string,
): { readonly value: string | null; readonly word: 'missing' | 'invalid' | 'too_long' | null } {
  if (trouble === null || trouble.form !== form) return { value: null, word: null };
  const value = Object.hasOwn(trouble.values, name) ? (trouble.values[name] ?? null) : null;
  const word = Object.hasOwn(trouble.fields, name) ? (trouble.fields[name] ?? null) : null;
  return { value, word };
}
