import type { ComponentChildren } from 'preact';
import { useApp } from '../app-context.ts';
import { hashOf, type Screen } from '../plan/screens.ts';

const GLYPHS = {
  stops:
    'M12 2a7 7 0 0 0-7 7c0 5 7 13 7 13s7-8 7-13a7 7 0 0 0-7-7zm0 9.5A2.5 2.5 0 1 1 12 6.5a2.5 2.5 0 0 1 0 5z',
  load: 'M3 7.5 12 3l9 4.5v9L12 21l-9-4.5zM5.5 8.2 12 11.4l6.5-3.2M12 11.4V19',
  queue: 'M12 19V6m-6 6 6-6 6 6M5 21h14',
  settings: 'M4 7h10m4 0h2M4 12h3m4 0h9M4 17h12m4 0h0M16 5v4M9 10v4M18 15v4',
  back: 'M15 5l-7 7 7 7',
  call: 'M6 3h4l1.5 5-2.5 2a12 12 0 0 0 5 5l2-2.5 5 1.5v4a2 2 0 0 1-2 2A17 17 0 0 1 4 5a2 2 0 0 1 2-2z',
  route: 'M12 3l8 18-8-4-8 4z',
  done: 'M5 13l5 5 9-11',
} as const;

export function Glyph({ of }: { readonly of: keyof typeof GLYPHS }) {
  return (
    <svg class={`glyph glyph-${of}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={GLYPHS[of]} />
    </svg>
  );
}

/** The header of a subordinate screen: its heading, and the way back. */
export function Header({ title, back }: { readonly title: string; readonly back: Screen }) {
  const { say } = useApp();
  return (
    <div class="heading">
      <a class="back" href={hashOf(back)} aria-label={say('app.back')}>
        <Glyph of="back" />
      </a>
      <h1 tabIndex={-1}>{title}</h1>
    </div>
  );
}

export function Notice({
  kind = 'plain',
  children,
}: {
  readonly kind?: 'plain' | 'bad' | 'good';
  readonly children: ComponentChildren;
}) {
  return <div class={`notice ${kind}`}>{children}</div>;
}
