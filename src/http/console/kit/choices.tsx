import { MODES, type Mode } from '../../../kernel/tenant.ts';
import { useMessages } from './language.ts';

interface MerchantOptionsProps {
  readonly merchants: readonly { readonly slug: string; readonly name: string }[];
  readonly chosen: string | undefined;
}

export function MerchantOptions({ merchants, chosen }: MerchantOptionsProps) {
  return (
    <>
      {merchants.map(({ slug, name }) => (
        <option key={slug} value={slug} selected={slug === chosen}>
          {name}
        </option>
      ))}
    </>
  );
}

export function ModeChoice({ mode }: { readonly mode: Mode }) {
  const { layout, desk } = useMessages();
  return (
    <>
      <label for="mode">{layout.pieces.mode}</label>
      <select id="mode" name="mode">
        {MODES.map((each) => (
          <option key={each} value={each} selected={each === mode}>
            {desk.frame.modes[each]}
          </option>
        ))}
      </select>
    </>
  );
}

interface FilterProps {
  readonly href: string;
  readonly name: string;
  /** Number of matches. */
  readonly count?: number;
  readonly current: boolean;
}

/** A filter of a list: a link, marked when selected. */
export function Filter({ href, name, count, current }: FilterProps) {
  return (
    <li>
      <a href={href} aria-current={current ? 'true' : undefined}>
        {name}
        {count !== undefined && (
          <>
            {' '}
            <span class="count">{count}</span>
          </>
        )}
      </a>
    </li>
  );
}
