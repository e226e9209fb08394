import { Fault } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { DeskLayout } from '../kit/layout.tsx';
import type { DeskDeps } from '../kit/visit.ts';
import { CodeField, RecoveryCodes, SetUpForm } from './parts.tsx';
import type { SetUp } from './set-up.ts';

interface StepProps {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly csrf: string;
  readonly next: string;
  readonly fault: string | null;
}

/** A wrapper, because texts are available only during rendering. */
export const SecondStepPage = (props: StepProps) => <Code {...props} />;

function Code({ deps, csrf, next, fault }: StepProps) {
  const words = useMessages().desk.signIn;
  return (
    <DeskLayout deps={deps} title={words.secondStep} visitor={null}>
      <div class="narrow card">
        <h1>{words.secondStep}</h1>
        <p class="lead">{words.digits}</p>
        {fault && <Fault>{fault}</Fault>}
        <form method="post" action="/console/sign-in/code" class="stack">
          <input type="hidden" name="csrf" value={csrf} />
          <input type="hidden" name="next" value={next} />
          <CodeField label={words.code} hint={words.codeHint} fault={fault !== null} />
          <button type="submit" class="primary">
            {words.signIn}
          </button>
        </form>
        <p class="soft">{words.lostBoth}</p>
      </div>
    </DeskLayout>
  );
}

interface EnrolmentProps extends StepProps {
  /** Null: not started. */
  readonly setUp: SetUp | null;
}

export const EnrolmentPage = (props: EnrolmentProps) => <Enrolment {...props} />;

function Enrolment({ deps, csrf, next, setUp, fault }: EnrolmentProps) {
  const words = useMessages().desk.account;
  const action = '/console/sign-in/enrol';
  return (
    <DeskLayout deps={deps} title={words.step} visitor={null}>
      <div class="narrow card">
        <h1>{words.enrol}</h1>
        {setUp === null ? (
          <>
            <p class="lead">{words.enrolLead}</p>
            <form method="post" action={action} class="stack">
              <input type="hidden" name="csrf" value={csrf} />
              <input type="hidden" name="next" value={next} />
              <button type="submit" class="primary">
                {words.setUp}
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

export const EnrolledPage = (props: EnrolledProps) => <Enrolled {...props} />;

function Enrolled({ deps, codes, next }: EnrolledProps) {
  const words = useMessages().desk.account;
  return (
    <DeskLayout deps={deps} title={words.recoveryTitle} visitor={null}>
      <div class="narrow card">
        <h1>{words.enrolled}</h1>
        <RecoveryCodes codes={codes} />
        <p>
          <a href={next}>{words.openDesk}</a>
        </p>
      </div>
    </DeskLayout>
  );
}
