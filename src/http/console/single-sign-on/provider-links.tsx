import type { IdentityProvider } from '../../../merchants/index.ts';
import { Field } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';

interface LinksProps {
  readonly providers: readonly Pick<IdentityProvider, 'id' | 'name'>[];
  /** Appended to the URL, `?next=…`. */
  readonly more?: string;
}

/** Links, not forms: a form may not redirect to another site. */
export function ProviderLinks({ providers, more = '' }: LinksProps) {
  const words = useMessages().desk.signIn;
  return (
    <ul class="plain">
      {providers.map(({ id, name }) => (
        <li key={id}>
          <a href={`/console/sign-in/with/${id}${more}`}>{words.withName({ name })}</a>
        </li>
      ))}
    </ul>
  );
}

interface OfferedProps {
  readonly offered: {
    readonly providers: readonly IdentityProvider[];
    readonly hasAny: boolean;
  };
  readonly next: string;
}

/**
 * On the sign-in page: the providers of the hub's only merchant, or a field to name the merchant.
 */
export function OfferedProviders({ offered: { providers, hasAny }, next }: OfferedProps) {
  const words = useMessages().desk.signIn;
  if (!hasAny) return null;
  return (
    <section class="other-way">
      <h2>{words.withAccount}</h2>
      {providers.length > 0 ? (
        <ProviderLinks {...{ providers, more: `?next=${encodeURIComponent(next)}` }} />
      ) : (
        <form method="get" action="/console/sign-in/with" class="stack">
          <Field {...{ name: 'shop', label: words.shop, autocomplete: 'organization' }} />
          <button type="submit">{words.goOn}</button>
        </form>
      )}
    </section>
  );
}
