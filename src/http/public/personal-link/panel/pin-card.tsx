import type { PanelProps } from './panel-parts.ts';

/** The PIN the recipient gives at the door; nobody else sees it. */
export function PinCard({ context, pin }: PanelProps & { readonly pin: string }) {
  const { title, lead, value } = context.language.page.pin;
  return (
    <div class="pin">
      <h3>{title}</h3>
      <p class="digits pin-digits">
        <strong>{value({ pin })}</strong>
      </p>
      <p class="hint">{lead}</p>
    </div>
  );
}
