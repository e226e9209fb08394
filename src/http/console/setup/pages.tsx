import { capitalized } from '../../../kernel/capitalized.ts';
import { isDemo } from '../../../kernel/tenant.ts';
import { useMessages } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { Action, RawText, Tag } from '../kit/pieces.tsx';
import { messagesFor } from '../kit/spoken.tsx';
import type { DeskPageProps } from '../kit/visit.ts';
import { SwitchTo } from '../kit/whose.tsx';
import { isOfThisMachine, leftOf, openOf, type StepState } from './state.ts';
import { StepMark } from './step-mark.tsx';
import {
  isBeforeLive,
  isOptional,
  otherMode,
  pageOf,
  SETUP_AT,
  setupOf,
  stepPath,
} from './steps.tsx';

interface SetupProps extends DeskPageProps {
  readonly steps: readonly StepState[];
  readonly notice: string | null;
}

/** The steps in groups, each with how many are left: what a step has set up, or its purpose. */
export function SetupPage({ deps, call, steps, notice }: SetupProps) {
  const { visitor, tenant } = call;
  const [next] = openOf(steps);
  const { mode: other } = otherMode(tenant);
  const words = messagesFor(call).desk.setup;
  const { parcels } = messagesFor(call).desk.frame;
  const isOfDemo = isDemo(tenant);
  // The setup of live parcels is all about going live.
  const isLast = ({ name }: StepState) => tenant.mode === 'test' && isBeforeLive(name);
  const groups = [
    [capitalized(parcels[tenant.mode]), steps.filter((step) => !isLast(step))],
    [messagesFor(call).console.overview.beforeLive.title, steps.filter(isLast)],
  ] as const;
  const lead = next === undefined ? words.nothingLeft : words.skipFreely;
  return (
    <DeskLayout deps={deps} title={words.title} visitor={visitor} at={SETUP_AT} notice={notice}>
      <PageHead title={words.title} lead={isOfDemo ? words.ofDemo : lead} />
      {groups.map(
        ([title, members]) =>
          members.length > 0 && (
            <section key={title} class="card text setup-list" aria-label={title}>
              <p>
                {title}
                {!isOfDemo && openOf(members).length > 0 && (
                  <span class="soft">{words.left(leftOf(members))}</span>
                )}
              </p>
              <ol>
                {members.map((step) => (
                  <Step key={step.name} {...{ step, isOfDemo }} isNext={step === next} />
                ))}
              </ol>
            </section>
          ),
      )}
      {!isOfDemo && (
        <div class="row soft">
          <span>{words.elsewhere({ others: capitalized(parcels[other]) })}</span>
          <SwitchTo tenant={otherMode(tenant)} label={words.switchTo[other]} next={SETUP_AT} />
        </div>
      )}
    </DeskLayout>
  );
}

interface StepProps {
  readonly step: StepState;
  /** The first open one: the main action of the page. */
  readonly isNext: boolean;
  /** In the demo, steps can only be viewed. */
  readonly isOfDemo: boolean;
}

function Step({ step, isNext, isOfDemo }: StepProps) {
  const { name, state, says, isOfOperator } = step;
  const { setup: words, webhook, import: file } = useMessages().desk;
  const title = words.titles[name];
  const isSet = state === 'done' || state === 'unsure';
  const isUnneeded = isOfDemo && !isSet;
  const isViewed = isOfDemo || isOfOperator;
  const [first, ...others] = says;
  return (
    <li>
      <StepMark state={isUnneeded ? 'skipped' : state} />
      <div>
        <h2>{title}</h2>
        {!isOfDemo && (
          <span class="soft">
            {isOfOperator ? words.byOperator : isOptional(name) ? webhook.optional : file.required}
          </span>
        )}
        <StateText state={isUnneeded ? 'unneeded' : state} />
        <p class="soft">
          {first} {others.length > 0 && words.more({ count: others.length })}
        </p>
      </div>
      <div class="row">
        {!isOfDemo && state === 'open' && isOptional(name) && (
          <Action {...{ to: SETUP_AT, label: words.skip, about: title }} fields={{ skip: name }} />
        )}
        {!isOfDemo && state === 'skipped' && (
          <Action
            {...{ to: SETUP_AT, label: words.resume, about: title }}
            fields={{ resume: name }}
          />
        )}
        <a
          class={isNext && !isViewed ? 'button primary' : 'button'}
          href={isOfDemo ? pageOf(name) : stepPath(name)}
        >
          {isViewed ? words.open : isSet ? words.review : words.setUp}
          <span class="unseen">: {title}</span>
        </a>
      </div>
    </li>
  );
}

/** The state in words, for screen readers only where the mark or the page says it. */
function StateText({ state }: { readonly state: StepState['state'] | 'unneeded' }) {
  const words = useMessages().desk.setup;
  const isTag = state === 'unsure' || state === 'skipped';
  return isTag ? (
    <Tag tone={state === 'unsure' ? 'warn' : 'plain'}>{words.states[state]}</Tag>
  ) : (
    <span class="unseen">{words.states[state]}</span>
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
      <PageHead
        title={title}
        above={step === null ? [[SETUP_AT, words.title]] : []}
        marks={
          <Tag tone={isLocal ? 'warn' : 'good'}>
            {isLocal ? words.thisMachine : words.states.done}
          </Tag>
        }
      />
      <div class="card text">
        <p>
          {words.reachedAt} <code class="wrap">{url}</code>
        </p>
        <p class="soft">{isLocal ? words.localOnly : words.beginsWith}</p>
      </div>
      <section class="card text" aria-labelledby="change">
        <h2 id="change">{words.toChange}</h2>
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
