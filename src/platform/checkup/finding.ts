/** One thing that was looked at. `fix` is there whenever the verdict is not `ok`. */
export type Finding =
  | { readonly name: string; readonly verdict: 'ok'; readonly found: string }
  | {
      readonly name: string;
      readonly verdict: 'warn' | 'fail';
      readonly found: string;
      readonly fix: string;
    };

export function ok(name: string, found: string): Finding {
  return { name, verdict: 'ok', found };
}

export function warn(name: string, found: string, fix: string): Finding {
  return { name, verdict: 'warn', found, fix };
}

export function fail(name: string, found: string, fix: string): Finding {
  return { name, verdict: 'fail', found, fix };
}

/** What was thrown, as a finding: a check that cannot be made has failed. */
export function failed(name: string, error: unknown, fix: string): Finding {
  return fail(name, error instanceof Error ? error.message : String(error), fix);
}
