import type { GlyphName } from '../view/progress.ts';

/** Strokes on a grid of 24; the text beside them says the same in words. */
const PATHS: Readonly<Record<GlyphName, string>> = {
  parcel: 'M12 3l8 4.5v9L12 21l-8-4.5v-9L12 3zM4.3 7.7L12 12l7.7-4.3M12 12v8.8M8 5.3l8 4.5',
  vehicle:
    'M2.5 6.5h11v10h-11zM13.5 10h4l4 3.5v3h-8zM6.5 19a2 2 0 100-4 2 2 0 000 4zM17 19a2 2 0 100-4 2 2 0 000 4z',
  counter:
    'M12 21s-7-6.2-7-11.2a7 7 0 0114 0C19 14.8 12 21 12 21zM12 12.3a2.5 2.5 0 100-5 2.5 2.5 0 000 5z',
  check: 'M4.5 12.5l5 5L19.5 7',
  warning: 'M12 4L2.8 19.5h18.4L12 4zM12 10v4.5M12 17.2v.1',
  back: 'M9 6.5L4.5 11 9 15.5M5 11h9.5a5 5 0 015 5v2',
  cross: 'M6.5 6.5l11 11M17.5 6.5l-11 11',
};

export function Glyph({ name }: { readonly name: GlyphName }) {
  return (
    <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
