import type { PageContext } from './page-context.ts';
import { ChosenLanguage } from './parts/chosen-language.tsx';
import { PostalCode } from './parts/find-forms.tsx';
import { Layout } from './parts/layout.tsx';

interface WhichShopPageProps {
  readonly context: PageContext;
  readonly order: string;
}

/**
 * Several shops have that order: the reader says which. Their names are not offered, because a
 * stranger would learn by guessing orders whose parcels are followed here.
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
