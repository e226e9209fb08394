/** The result of one check. `fix` is present unless the verdict is `ok`. */
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

/** Turns an error into a finding: a check that cannot run has failed. */
export function failed(name: string, error: unknown, fix: string): Finding {
  return fail(name, error instanceof Error ? error.message : String(error), fix);
}
