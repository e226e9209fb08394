import type { Problem } from '../../kernel/errors.ts';

/** How errors look below a path, for clients that know the errors of another service. */
export interface RefusalStyle {
  /** `/compat/easypost`: the errors of this path and of every path below it, known or not. */
  readonly below: string;
  render(problem: Problem, requestId: string): StyledRefusal;
}

interface StyledRefusal {
  readonly status: number;
  /** JSON-ready. */
  readonly body: unknown;
  /** Lower-case names; content type and length are added. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The style for a raw path; undefined: problem+json. */
export function refusalStyleOf(
  styles: readonly RefusalStyle[],
  path: string,
): RefusalStyle | undefined {
  return styles.find(({ below }) => path === below || path.startsWith(`${below}/`));
}
