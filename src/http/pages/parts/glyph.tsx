import type { Tone } from '../view/progress.ts';

/** One drawing a tone, on a grid of 24; what it means is said in words beside it. */
const PATHS: Readonly<Record<Tone, string>> = {
  moving: 'M12 3l8 4.5v9L12 21l-8-4.5v-9L12 3zM4.3 7.7L12 12l7.7-4.3M12 12v8.8M8 5.3l8 4.5',
  arriving:
    'M2.5 6.5h11v10h-11zM13.5 10h4l4 3.5v3h-8zM6.5 19a2 2 0 100-4 2 2 0 000 4zM17 19a2 2 0 100-4 2 2 0 000 4z',
  done: 'M4.5 12.5l5 5L19.5 7',
  attention: 'M12 4L2.8 19.5h18.4L12 4zM12 10v4.5M12 17.2v.1',
  quiet: 'M9 7L4.5 11.5 9 16M5 11.5h9.5a5 5 0 015 5V18',
};

export function Glyph({ tone }: { readonly tone: Tone }) {
  return (
    <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[tone]} />
    </svg>
  );
}
