import type { PageContext } from '../page-context.ts';
import { ChosenLanguage } from './chosen-language.tsx';

interface FindFormsProps {
  readonly context: PageContext;
  readonly number?: string;
  readonly order?: string;
  readonly merchant?: string;
}

/** Plain forms: a tracking number, or an order with the postal code some shops require. */
export function FindForms({ context, number, order, merchant }: FindFormsProps) {
  const { find } = context.language.page;
  return (
    <>
      <form class="find" action="/track" method="get">
        <label for="number">{find.number}</label>
        <div class="line">
          <input
            id="number"
            name="number"
            type="text"
            value={number}
            required
            maxLength={64}
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
          />
          <button type="submit">{find.submit}</button>
        </div>
        <ChosenLanguage context={context} />
      </form>
      <details open={order !== undefined}>
        <summary>{find.order_title}</summary>
        <form class="find order" action="/track" method="get">
          <label for="order">{find.order}</label>
          <input
            id="order"
            name="order"
            type="text"
            value={order}
            required
            maxLength={200}
            autocomplete="off"
          />
          <PostalCode find={find} />
          {merchant !== undefined && <input type="hidden" name="merchant" value={merchant} />}
          <ChosenLanguage context={context} />
          <button type="submit">{find.order_submit}</button>
        </form>
      </details>
    </>
  );
}

/** Together with the order number it opens all parcels of the order. */
export function PostalCode({ find }: { readonly find: PageContext['language']['page']['find'] }) {
  return (
    <>
      <label for="postal_code">{find.postal_code}</label>
      <input
        id="postal_code"
        name="postal_code"
        type="text"
        maxLength={20}
        autocomplete="postal-code"
        aria-describedby="postal_hint"
      />
      <p id="postal_hint" class="hint">
        {find.postal_hint}
      </p>
    </>
  );
}
