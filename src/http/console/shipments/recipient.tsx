import type { Personal } from '../../../tracking/ports/shipments.ts';
import { useMessages } from '../kit/language.ts';
import { useAreaNames } from '../kit/names.ts';

/** Who receives a parcel: name, contact and address. */
export function Recipient({ personal }: { readonly personal: Omit<Personal, 'origin'> }) {
  const words = useMessages().desk.shipment;
  const text = (from: Readonly<Record<string, unknown>> | null, names: readonly string[]) =>
    names.flatMap((name) => {
      const value = from?.[name];
      return typeof value === 'string' && value !== '' ? [value] : [];
    });
  const [name = null] = text(personal.recipient, ['name']);
  const [email] = text(personal.recipient, ['email']);
  const [phone] = text(personal.recipient, ['phone']);
  const address = [
    text(personal.destination, ['line1', 'line2']).join(', '),
    useAreaNames()(personal.destination),
  ].filter(Boolean);
  return (
    <section class="card" aria-labelledby="recipient">
      <h2 id="recipient">{words.recipient}</h2>
      <div class="wrap">
        {name}
        {email && (
          <div>
            <a href={`mailto:${email}`}>{email}</a>
          </div>
        )}
        {phone && (
          <div>
            <a href={`tel:${phone.replaceAll(' ', '')}`}>{phone}</a>
          </div>
        )}
        {address.map((line) => (
          <div key={line} class="soft">
            {line}
          </div>
        ))}
        {!name && !email && !phone && <span class="soft">{words.nobodyKnown}</span>}
      </div>
    </section>
  );
}
