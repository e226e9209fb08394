import type { PageContext } from '../page-context.ts';
import { Brand } from './brand.tsx';

/**
 * Whose page it is: the merchant's logo or name, which leads to its shop. Where several merchants
 * have the parcel, or none is known, our own mark.
 */
export function PageBrand({ context }: { readonly context: PageContext }) {
  const { look } = context;
  if (look === null) return <Brand href={context.link('/track')} />;
  const name =
    look.logoUrl === null ? (
      <span>{look.name}</span>
    ) : (
      <img class="logo" src={look.logoUrl} alt={look.name} referrerpolicy="no-referrer" />
    );
  return look.website === null ? (
    <span class="brand">{name}</span>
  ) : (
    <a class="brand" href={look.website} rel="noreferrer">
      {name}
    </a>
  );
}
