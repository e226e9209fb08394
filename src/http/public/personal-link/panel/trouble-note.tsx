import type { PanelProps } from './panel-parts.ts';

/** Why the submitted form was rejected. */
export function TroubleNote({ context, panel }: PanelProps) {
  return (
    <div class="trouble" role="alert" id="trouble">
      <strong>{context.language.page.trouble.title}</strong> {panel.trouble?.text}
    </div>
  );
}
