import type { PanelProps } from './panel-parts.ts';

/** Why what was sent could not be taken. */
export function TroubleNote({ context, panel }: PanelProps) {
  return (
    <div class="trouble" role="alert" id="trouble">
      <strong>{context.language.page.trouble.title}</strong> {panel.trouble?.text}
    </div>
  );
}
