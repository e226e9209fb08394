import type { PageContext } from '../page-context.ts';
import { Brand } from './brand.tsx';

/**
 * The merchant's logo or name, linked to its shop. When several merchants have the parcel, or none
 * is known, our own mark.
 */
export function PageBrand({ context }: { readonly context: PageContext }) {
  const { style } = context;
  if (style === null) return <Brand href={context.link('/track')} />;
  const name =
    style.logoUrl === null ? (
      <span>{style.name}</span>
    ) : (
      <img class="logo" src={style.logoUrl} alt={style.name} referrerpolicy="no-referrer" />
    );
  return style.website === null ? (
    <span class="brand">{name}</span>
  ) : (
    <a class="brand" href={style.website} rel="noreferrer">
      {name}
    </a>
  );
}
