import { Action, Tag, type Tone } from '../../console/parts/pieces.tsx';
import { DeskLayout } from '../parts/layout.tsx';
import type { DeskCall, DeskDeps } from '../visit.ts';
import { isOfThisMachine, type StepState } from './state.ts';
import { SETUP_AT, setupOf, stepPath } from './steps.ts';

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
}

interface SetupProps extends Props {
  readonly steps: readonly StepState[];
  readonly notice: string | null;
}

const TONES: Readonly<Record<StepState['state'], Tone>> = {
  ...{ done: 'good', skipped: 'plain', open: 'warn' },
};

/** All steps: what each has changed, or why one would do it. */
export function SetupPage({ deps, call, steps, notice }: SetupProps) {
  const { visitor, tenant } = call;
  const left = steps.filter(({ state }) => state === 'open').length;
  const other = tenant.mode === 'live' ? 'test' : 'live';
  return (
    <DeskLayout deps={deps} title="Setup" visitor={visitor} at={SETUP_AT} notice={notice}>
      <h1>Setup</h1>
      <p class="lead">
        {left === 0
          ? 'Nothing is left to do. Whatever you change later is found here, too.'
          : `${left} of ${steps.length} steps are open. Leave out what you do not need; you can take it up again.`}
      </p>
      <div class="row">
        <span>
          This is for <strong>{tenant.mode}</strong> parcels; each mode has accounts, looks and
          webhooks of its own.
        </span>
        <Action
          {...{ to: '/console/switch', csrf: visitor.csrf, label: `Switch to ${other}` }}
          fields={{ of: `${tenant.merchantId} ${other}`, next: SETUP_AT }}
        />
      </div>
      <ol class="setup-steps">
        {steps.map((step) => (
          <Step key={step.name} step={step} csrf={visitor.csrf} />
        ))}
      </ol>
    </DeskLayout>
  );
}

function Step({ step, csrf }: { readonly step: StepState; readonly csrf: string }) {
  const { name, title, state, says } = step;
  return (
    <li class="card">
      <h2>
        {title} <Tag tone={TONES[state]}>{state}</Tag>
      </h2>
      {says.map((line) => (
        <p key={line} class="wrap">
          {line}
        </p>
      ))}
      <div class="row">
        <a href={stepPath(name)}>
          {state === 'done' ? 'Look at it or change it' : 'Set it up'}
          <span class="unseen">: {title}</span>
        </a>
        {state === 'open' && (
          <Action
            {...{ to: SETUP_AT, csrf, label: 'Skip', about: title }}
            fields={{ skip: name }}
          />
        )}
        {state === 'skipped' && (
          <Action
            {...{ to: SETUP_AT, csrf, label: 'Take it up again', about: title }}
            fields={{ resume: name }}
          />
        )}
      </div>
    </li>
  );
}

/** The address is the installation's, not a merchant's: said here, set where the hub is started. */
export function AddressPage({ deps, call }: Props) {
  const url = deps.parts.publicUrl();
  const isLocal = isOfThisMachine(url);
  const step = setupOf(call);
  const at = SETUP_AT;
  return (
    <DeskLayout deps={deps} title="Public address" visitor={call.visitor} at={at} setup={step}>
      <h1>Public address</h1>
      <div class="card">
        <p>
          The hub is reached at <code class="wrap">{url}</code>
        </p>
        <p>
          {isLocal
            ? 'That is this machine: links in mails, personal links and the addresses for carriers’ webhooks open for nobody else.'
            : 'Links in mails, personal links and the addresses for carriers’ webhooks begin with it.'}
        </p>
      </div>
      <section>
        <h2>To change it</h2>
        <p>
          It belongs to the whole installation, so it is not set here. Whoever runs the hub sets the
          variable and starts the hub again:
        </p>
        <pre class="content">WAYBILL_PUBLIC_URL=https://parcels.your-shop.example npm start</pre>
        <p>
          The name must lead to this hub, with TLS, through your proxy or load balancer.{' '}
          <a href="/docs/guides/configuration">What operators set</a>
        </p>
      </section>
    </DeskLayout>
  );
}
