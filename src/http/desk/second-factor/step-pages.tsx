import { Fault } from '../parts/fields.tsx';
import { DeskLayout } from '../parts/layout.tsx';
import type { DeskDeps } from '../visit.ts';
import { CodeField, RecoveryCodes, SetUpForm } from './parts.tsx';
import type { SetUp } from './set-up.ts';

interface StepProps {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly csrf: string;
  readonly next: string;
  readonly fault: string | null;
}

export function SecondStepPage({ deps, csrf, next, fault }: StepProps) {
  return (
    <DeskLayout deps={deps} title="Second step" visitor={null}>
      <div class="narrow card">
        <h1>Second step</h1>
        <p class="lead">Enter the six digits from your authenticator app.</p>
        {fault && <Fault>{fault}</Fault>}
        <form method="post" action="/console/sign-in/code" class="stack">
          <input type="hidden" name="csrf" value={csrf} />
          <input type="hidden" name="next" value={next} />
          <CodeField
            label="Code"
            hint="Without your phone, enter one of your recovery codes."
            fault={fault !== null}
          />
          <button type="submit" class="primary">
            Sign in
          </button>
        </form>
        <p class="soft">Lost both? An owner of your shop can reset the second step.</p>
      </div>
    </DeskLayout>
  );
}

interface EnrolmentProps extends StepProps {
  /** Null: it has not begun. */
  readonly setUp: SetUp | null;
}

export function EnrolmentPage({ deps, csrf, next, setUp, fault }: EnrolmentProps) {
  const action = '/console/sign-in/enrol';
  return (
    <DeskLayout deps={deps} title="Second step" visitor={null}>
      <div class="narrow card">
        <h1>Set up the second step</h1>
        {setUp === null ? (
          <>
            <p class="lead">
              Your shop asks its members for a code from an app on their phone when they sign in.
            </p>
            <form method="post" action={action} class="stack">
              <input type="hidden" name="csrf" value={csrf} />
              <input type="hidden" name="next" value={next} />
              <button type="submit" class="primary">
                Set up
              </button>
            </form>
          </>
        ) : (
          <SetUpForm {...{ action, csrf, setUp, fault }} fields={{ next }} />
        )}
      </div>
    </DeskLayout>
  );
}

interface EnrolledProps {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly codes: readonly string[];
  readonly next: string;
}

export function EnrolledPage({ deps, codes, next }: EnrolledProps) {
  return (
    <DeskLayout deps={deps} title="Recovery codes" visitor={null}>
      <div class="narrow card">
        <h1>The second step is on</h1>
        <RecoveryCodes codes={codes} />
        <p>
          <a href={next}>Open the desk</a>
        </p>
      </div>
    </DeskLayout>
  );
}
