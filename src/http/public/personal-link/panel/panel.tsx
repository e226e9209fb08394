import { AddressForms } from './address-forms.tsx';
import type { PanelProps } from './panel-parts.ts';
import { PhotoForm } from './photo-form.tsx';
import { PickupForms } from './pickup-forms.tsx';
import { PinCard } from './pin-card.tsx';
import { RescheduleForm } from './reschedule-form.tsx';
import { TroubleNote } from './trouble-note.tsx';

/** What the holder of a personal link may do: plain forms that work without a script. */
export function Panel(props: PanelProps) {
  const { context, panel, view } = props;
  const { self } = context.language.page;
  const hasProof = panel.proofs.length > 0 || panel.hasProofDocument;
  const isProof = panel.trouble?.form === 'proof';
  return (
    <section class="panel card" aria-labelledby="panel" id="self">
      <h2 id="panel">{view.open ? self.title : self.title_ended}</h2>
      <p class="hint personal">{self.personal}</p>
      {panel.orders.length > 0 && (
        <p class="orders">
          {`${self.order} `}
          <span class="digits">{panel.orders.join(', ')}</span>
        </p>
      )}
      {panel.trouble && !(isProof && hasProof) && <TroubleNote {...props} />}
      {panel.pin !== null && <PinCard {...props} pin={panel.pin} />}
      {panel.deliveryRequests.length > 0 && <DeliveryRequests {...props} />}
      {panel.address && <AddressForms {...props} address={panel.address} />}
      {panel.reschedule && <RescheduleForm {...props} reschedule={panel.reschedule} />}
      {panel.pickup && <PickupForms {...props} pickup={panel.pickup} />}
      {panel.photos && <PhotoForm {...props} photos={panel.photos} />}
      {!panel.isKnown && <p class="word">{self.unavailable}</p>}
      {panel.isKnown && panel.isEmpty && <p class="word">{self.nothing}</p>}
      {panel.isKnown && panel.isEmpty && view.open && view.carrier.url && (
        <p class="hint">{self.on_carrier({ carrier: view.carrier.name })}</p>
      )}
    </section>
  );
}

function DeliveryRequests({ context, panel }: PanelProps) {
  return (
    <div class="requests" role="status">
      <h3>{context.language.page.delivery_request.title}</h3>
      <ul>
        {panel.deliveryRequests.map(({ what, how, state }) => (
          <li key={what} class={`request ${state}`}>
            <strong>{what}</strong> <span>{how}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
