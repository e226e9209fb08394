import type { PageContext } from './page-context.ts';
import { ChosenLanguage } from './parts/chosen-language.tsx';
import { PostalCode } from './parts/find-forms.tsx';
import { Layout } from './parts/layout.tsx';

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
            required
            maxLength={63}
            autocomplete="off"
            autocapitalize="none"
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
