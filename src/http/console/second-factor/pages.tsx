import { type Person, secretMark, totpUri } from '../../../merchants/index.ts';
import { codeImage } from '../../api/shipment-code/code-image.ts';
import { Fault, Field, PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { DeskLayout } from '../kit/layout.tsx';
import type { DeskDeps } from '../kit/visit.ts';

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
    <DeskLayout {...{ deps, csrf }} title={words.secondStep} visitor={null}>
      <div class="narrow card">
        <h1>{words.secondStep}</h1>
        <p class="lead">{words.digits}</p>
        {fault && <Fault>{fault}</Fault>}
        <PostForm to="/console/sign-in/code" class="stack">
          <input type="hidden" name="next" value={next} />
          <CodeField label={words.code} hint={words.codeHint} fault={fault !== null} />
          <button type="submit" class="primary">
            {words.signIn}
          </button>
        </PostForm>
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
    <DeskLayout {...{ deps, csrf }} title={words.step} visitor={null}>
      <div class="narrow card">
        <h1>{words.enrol}</h1>
        {setUp === null ? (
          <>
            <p class="lead">{words.enrolLead}</p>
            <PostForm to={action} class="stack">
              <input type="hidden" name="next" value={next} />
              <button type="submit" class="primary">
                {words.setUp}
              </button>
            </PostForm>
          </>
        ) : (
          <SetUpForm {...{ action, setUp, fault }} fields={{ next }} />
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
          <a href={next}>{words.openConsole}</a>
        </p>
      </div>
    </DeskLayout>
  );
}

interface CodeFieldProps {
  readonly fault: boolean;
  readonly label?: string;
  readonly hint?: string;
}

export function CodeField({ fault, label, hint }: CodeFieldProps) {
  const words = useMessages().desk.account;
  const more = hint === undefined ? {} : { hint };
  return (
    <Field
      name="code"
      label={label ?? words.fromApp}
      autocomplete="one-time-code"
      fault={fault}
      {...more}
    />
  );
}

interface SetUpFormProps {
  readonly action: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly setUp: SetUp;
  readonly fault: string | null;
}

/** The QR code, the same as text, and the field for the first code. */
export function SetUpForm({ action, fields = {}, setUp, fault }: SetUpFormProps) {
  const words = useMessages().desk.account;
  return (
    <>
      <ol>
        <li>{words.scan}</li>
        <li>{words.enter}</li>
      </ol>
      <div
        class="qr"
        role="img"
        aria-label={words.picture}
        // Generated here, from letters and digits of ours.
        dangerouslySetInnerHTML={{ __html: setUp.picture }}
      />
      <p>
        {words.noCamera} <code class="wrap">{setUp.secret}</code>
      </p>
      <p>
        <a href={setUp.uri}>{words.openApp}</a>
      </p>
      {fault && <Fault>{fault}</Fault>}
      <PostForm to={action} class="stack">
        <input type="hidden" name="mark" value={setUp.mark} />
        {Object.entries(fields).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <CodeField fault={fault !== null} />
        <button type="submit" class="primary">
          {words.turnOn}
        </button>
      </PostForm>
    </>
  );
}

export function RecoveryCodes({ codes }: { readonly codes: readonly string[] }) {
  const words = useMessages().desk.account;
  return (
    <>
      <p>{words.writeDown}</p>
      <ul class="codes-list">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The data to enter into an authenticator app. */
export interface SetUp {
  /** A QR code in SVG. */
  readonly picture: string;
  /** For typing, in groups of four. */
  readonly secret: string;
  /** Opens an app on the same phone. */
  readonly uri: string;
  /** Repeated by the form with the first code. */
  readonly mark: string;
}

export async function setUpOf(
  deps: DeskDeps,
  secret: string,
  { userId, person }: { readonly userId: string; readonly person: Person },
): Promise<SetUp> {
  const site = deps.parts.publicUrl();
  const host = URL.canParse(site) ? new URL(site).hostname : 'hub';
  const uri = totpUri(secret, { issuer: `Waybill ${host}`, account: person.email });
  const picture = codeImage(uri, 'qr') ?? '';
  const mark = secretMark(deps.members, userId, secret);
  return { picture, secret: secret.replaceAll(/(.{4})(?=.)/g, '$1 '), uri, mark };
}
