import { isDemo } from '../../../kernel/tenant.ts';
import { useMessages } from '../kit/language.ts';
import { DeskLayout } from '../kit/layout.tsx';
import { Action, RawText, Tag, type Tone } from '../kit/pieces.tsx';
import { messagesFor } from '../kit/spoken.tsx';
import type { DeskPageProps } from '../kit/visit.ts';
import { SwitchTo } from '../kit/whose.tsx';
import { isOfThisMachine, openOf, type StepState } from './state.ts';
import { otherMode, SETUP_AT, STEPS, setupOf, stepPath } from './steps.tsx';

interface SetupProps extends DeskPageProps {
  readonly steps: readonly StepState[];
  readonly notice: string | null;
  /** Number of open steps in the other mode. */
  readonly openElsewhere: number;
}

const TONES: Readonly<Record<StepState['state'], Tone>> = {
  done: 'good',
  unsure: 'warn',
  skipped: 'plain',
  open: 'plain',
};

/** All steps: what each has set up, or its purpose. */
export function SetupPage({ deps, call, steps, notice, openElsewhere }: SetupProps) {
  const { visitor, tenant } = call;
  const left = openOf(steps);
  const next = steps.find(({ state }) => state === 'open');
  const { mode: other } = otherMode(tenant);
  const words = messagesFor(call).desk.setup;
  const { parcels } = messagesFor(call).desk.frame;
  if (isDemo(tenant)) {
    const own = visitor.memberships.find((each) => !isDemo(each.tenant));
    return (
      <DeskLayout deps={deps} title={words.title} visitor={visitor} at={SETUP_AT}>
        <h1>{words.title}</h1>
        <p class="lead">{words.ofDemo}</p>
        {own !== undefined && (
          <div class="row">
            <SwitchTo
              {...{ tenant: own.tenant, label: words.leaveDemo, next: SETUP_AT, kind: 'primary' }}
            />
          </div>
        )}
        <ol class="setup-steps">
          {STEPS.map(({ name }) => (
            <li key={name} class="card">
              <div>
                <h2>{words.titles[name]}</h2>
                <p>{words.why[name]}</p>
              </div>
            </li>
          ))}
        </ol>
      </DeskLayout>
    );
  }
  return (
    <DeskLayout deps={deps} title={words.title} visitor={visitor} at={SETUP_AT} notice={notice}>
      <h1>{words.title}</h1>
      <p class="lead">
        {left === 0
          ? words.nothingLeft
          : words.left({ done: steps.length - left, all: steps.length })}
      </p>
      <div class="row">
        <span>
          {words.thisIsFor({
            parcels: parcels[tenant.mode],
            others: parcels[other],
            open: openElsewhere,
          })}
        </span>
        <Action
          {...{ to: '/console/switch', label: words.switchTo[other] }}
          fields={{ of: `${tenant.merchantId} ${other}`, next: SETUP_AT }}
        />
      </div>
      <ol class="setup-steps">
        {steps.map((step) => (
          <Step key={step.name} step={step} isNext={step === next} />
        ))}
      </ol>
    </DeskLayout>
  );
}

interface StepProps {
  readonly step: StepState;
  /** The first open one: the main action of the page. */
  readonly isNext: boolean;
}

function Step({ step, isNext }: StepProps) {
  const { name, state, says } = step;
  const words = useMessages().desk.setup;
  const title = words.titles[name];
  return (
    <li class="card">
      <div>
        <h2>
          {title} <Tag tone={TONES[state]}>{words.states[state]}</Tag>
        </h2>
        {says.map((line) => (
          <p key={line} class="wrap">
            {line}
          </p>
        ))}
      </div>
      <div class="row">
        <a class={isNext ? 'button primary' : 'button'} href={stepPath(name)}>
          {state === 'done' || state === 'unsure' ? words.look : words.setUp}
          <span class="unseen">: {title}</span>
        </a>
        {state === 'open' && (
          <Action {...{ to: SETUP_AT, label: words.skip, about: title }} fields={{ skip: name }} />
        )}
        {state === 'skipped' && (
          <Action
            {...{ to: SETUP_AT, label: words.resume, about: title }}
            fields={{ resume: name }}
          />
        )}
      </div>
    </li>
  );
}

/**
 * The public URL belongs to the installation, not to a merchant: shown here, set where the hub is
 * started.
 */
export function AddressPage({ deps, call }: DeskPageProps) {
  const url = deps.parts.publicUrl();
  const isLocal = isOfThisMachine(url);
  const step = setupOf(call);
  const at = SETUP_AT;
  const words = messagesFor(call).desk.setup;
  const title = words.titles.address;
  return (
    <DeskLayout {...{ deps, title, at }} visitor={call.visitor} setup={step} isStepDone={!isLocal}>
      <h1>{title}</h1>
      <div class="card">
        <p>
          {words.reachedAt} <code class="wrap">{url}</code>
        </p>
        <p>{isLocal ? words.localOnly : words.beginsWith}</p>
      </div>
      <section>
        <h2>{words.toChange}</h2>
        <p>{words.howToChange}</p>
        <RawText>
          <code>WAYBILL_PUBLIC_URL=https://parcels.your-shop.example npm start</code>
        </RawText>
        <p>
          {words.mustLead} <a href="/docs/guides/configuration">{words.whatOperatorsSet}</a>
        </p>
      </section>
    </DeskLayout>
  );
}
