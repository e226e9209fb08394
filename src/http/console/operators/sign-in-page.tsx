import { Fault } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import type { ConsoleAssets } from './assets.ts';
import { Layout } from './layout.tsx';

export type SignInFault = 'unknown' | 'bootstrap' | 'merchant';

interface SignInPageProps {
  readonly assets: ConsoleAssets;
  readonly csrf: string;
  /** Where to redirect after signing in. */
  readonly next: string;
  readonly fault: SignInFault | null;
  /** Requested from the machine itself, where the first key opens the console. */
  readonly local: boolean;
}

export function SignInPage({ assets, csrf, next, fault, local }: SignInPageProps) {
  const words = useMessages().console.frame.signIn;
  return (
    <Layout assets={assets} title={words.title} visitor={null}>
      <div class="narrow card">
        <h1>{words.title}</h1>
        <p class="lead">{local ? words.leadLocal : words.lead}</p>
        <form method="post" action="/ops/sign-in" class="stack">
          <input type="hidden" name="csrf" value={csrf} />
          <input type="hidden" name="next" value={next} />
          <label for="key">{words.key}</label>
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
          {fault && <Fault>{words.faults[fault]}</Fault>}
          <button type="submit" class="primary">
            {words.title}
          </button>
        </form>
        <p class="soft">
          {words.create} <code>npx waybill keys create --ops</code>
        </p>
      </div>
    </Layout>
  );
}
