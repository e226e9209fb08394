import { PASTED_CHARS_MAX } from '../../../../kernel/numbers/check-digit.ts';
import type { PageContext } from './page-context.ts';
import { Layout } from './parts/layout.tsx';

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
            maxLength={PASTED_CHARS_MAX}
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
function PostalCode({ find }: { readonly find: PageContext['language']['page']['find'] }) {
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

/** Carries the language the reader chose through a form submission. */
function ChosenLanguage({ context }: { readonly context: PageContext }) {
  const { language } = context.language.page;
  return context.link('') === '' ? null : <input type="hidden" name="lang" value={language} />;
}

interface WhichShopPageProps {
  readonly context: PageContext;
  readonly order: string;
}

/**
 * Several shops have such an order: the reader names the shop. The page offers no names, because a
 * stranger could otherwise guess orders to learn whose parcels this hub tracks.
 */
export function WhichShopPage({ context, order }: WhichShopPageProps) {
  const { choices, find } = context.language.page;
  return (
    <Layout context={context} title={choices.shops_title}>
      <div class="plain card">
        <h1>{choices.shops_title}</h1>
        <p class="lead">{choices.shops_lead({ order })}</p>
        <form class="find order" action="/track" method="get">
          <input type="hidden" name="order" value={order} />
          <label for="merchant">{choices.shop}</label>
          <input
            id="merchant"
            name="merchant"
            type="text"
            maxLength={200}
            autocomplete="off"
            spellcheck={false}
          />
          <PostalCode find={find} />
          <ChosenLanguage context={context} />
          <button type="submit">{find.order_submit}</button>
        </form>
      </div>
    </Layout>
  );
}

/** The page for a reader who has a number and no link. */
export function FindPage({ context }: { readonly context: PageContext }) {
  const { find } = context.language.page;
  return (
    <Layout context={context} title={find.title} isLookup>
      <div class="plain card">
        <h1>{find.title}</h1>
        <p class="lead">{find.lead}</p>
        <FindForms context={context} />
      </div>
    </Layout>
  );
}
