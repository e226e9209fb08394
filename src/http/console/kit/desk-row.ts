import type { Tenant } from '../../../kernel/tenant.ts';
import type { MemberPower } from '../../../merchants/index.ts';
import type { OpsParts } from '../../api/ops/ops-parts.ts';
import type { ShedAsRead } from '../../kit/refuse-shed.ts';

/** A page or form of the desk: its path, and the right it needs. */
export interface DeskRow {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly summary: string;
  /** Null: no sign-in needed. */
  readonly needs: MemberPower | null;
  readonly params?: Readonly<Record<string, string>>;
  /** Media type of the response, if not a page. */
  readonly mediaType?: string;
  /** Further media types of the response. */
  readonly otherTypes?: readonly string[];
  /** It reads a lot at once, and is refused first under load. */
  readonly shed?: ShedAsRead;
  /** Opening it counts as a sign-in attempt, which are limited. */
  readonly isTry?: true;
  /** Its form has files. */
  readonly files?: true;
  /**
   * An id in the path or the form decides whose thing the form changes, not the merchant looked at.
   */
  readonly isOfId?: true;
  /** It changes no setting, so it works in the demo, too. */
  readonly worksInDemo?: true;
  /**
   * The merchant and mode of what the page is about, by the path's `id`: an operator looks at that
   * merchant then.
   */
  readonly ownerOf?: (parts: OpsParts, id: string) => Promise<Tenant | null>;
}

type More = Omit<DeskRow, 'method' | 'path' | 'needs' | 'summary'>;

export function page(
  path: string,
  needs: MemberPower | null,
  summary: string,
  more: More = {},
): DeskRow {
  return { method: 'GET', path, needs, summary, ...more };
}

export function form(
  path: string,
  needs: MemberPower | null,
  summary: string,
  more: More = {},
): DeskRow {
  return { method: 'POST', path, needs, summary, ...more };
}
