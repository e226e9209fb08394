import type { ConsoleAssets } from './assets.ts';
import { Layout } from './parts/layout.tsx';

interface SignInPageProps {
  readonly assets: ConsoleAssets;
  readonly csrf: string;
  /** Where to redirect after signing in. */
  readonly next: string;
  readonly fault: string | null;
  /** Requested from the machine itself, where the first key opens the console. */
  readonly local: boolean;
}

export function SignInPage({ assets, csrf, next, fault, local }: SignInPageProps) {
  return (
    <Layout assets={assets} title="Sign in" visitor={null}>
      <div class="narrow card">
        <h1>Sign in</h1>
        <p class="lead">
          Use an operator’s key
          {local
            ? ', or the bootstrap key (set in WAYBILL_BOOTSTRAP_KEY, or printed by the first start)'
            : ''}
          .
        </p>
        <form method="post" action="/ops/sign-in" class="stack">
          <input type="hidden" name="csrf" value={csrf} />
          <input type="hidden" name="next" value={next} />
          <label for="key">Key</label>
          <input
            id="key"
            name="key"
            type="password"
            required
            maxLength={256}
            autocomplete="current-password"
            spellcheck={false}
            aria-invalid={fault === null ? undefined : 'true'}
            aria-describedby={fault === null ? undefined : 'fault'}
          />
          {fault && (
            <p id="fault" class="fault" role="alert">
              {fault}
            </p>
          )}
          <button type="submit" class="primary">
            Sign in
          </button>
        </form>
        <p class="soft">
          Create a key on the machine: <code>npx waybill keys create --ops</code>
        </p>
      </div>
    </Layout>
  );
}
