import {
  ONLY_MAIL,
  type SubscriptionChannel,
  type SubscriptionOffers,
} from '../../../../reactions/notifications/index.ts';
import type { PageContext } from './page-context.ts';
import { Layout } from './parts/layout.tsx';
import { PushForm, SmsForm, SubscribeForm, UpdatesAhead } from './parts/subscribe-form.tsx';
import type { PageTexts } from './texts.ts';
import type { Update } from './view/updates.ts';

/** A small page beside the parcel's: the subscription form, and results of forms. */
export type Outcome =
  | {
      readonly what: 'subscribe';
      readonly offers: SubscriptionOffers;
      readonly updates: readonly Update[];
    }
  | { readonly what: 'subscribed' }
  /** Subscribed on this device. */
  | { readonly what: 'subscribed_here' }
  /** Asks for the code sent by SMS. */
  | { readonly what: 'code'; readonly ticket: string; readonly trouble: CodeTrouble }
  | { readonly what: 'code_done' }
  | { readonly what: 'subscribe_off' }
  /** With the address as typed. */
  | {
      readonly what: 'subscribe_wrong';
      readonly channel: SubscriptionChannel;
      readonly address: string;
      readonly updates: readonly Update[];
    }
  | { readonly what: `link_${'expired' | 'gone' | 'other' | 'forged'}` }
  | { readonly what: 'proof_gone' };

interface OutcomePageProps {
  readonly context: PageContext;
  readonly outcome: Outcome;
  /** Path of the parcel's page. */
  readonly path: string;
}

export function OutcomePage({ context, outcome, path }: OutcomePageProps) {
  const { title, lead, fault } = wording(outcome, context.language.page);
  const { sms, pushKey } = outcome.what === 'subscribe' ? outcome.offers : ONLY_MAIL;
  return (
    <Layout
      context={context}
      title={fault === undefined ? title : `${fault} ${title}`}
      {...(pushKey === null ? {} : { script: context.assets.pushScriptUrl })}
    >
      <div class="plain card">
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
        {'updates' in outcome && <UpdatesAhead context={context} updates={outcome.updates} />}
        {outcome.what === 'subscribe' && <SubscribeForm {...{ context, path, ...outcome }} />}
        {sms && <SmsForm context={context} path={path} />}
        {pushKey !== null && <PushForm context={context} path={path} pushKey={pushKey} />}
        {outcome.what === 'code' && <CodeForm {...{ context, path, ...outcome }} />}
        {outcome.what === 'subscribe_wrong' && <AgainForm {...{ context, path, outcome }} />}
        <p class="back">
          {outcome.what === 'link_gone' ? (
            <a href={context.link('/track')}>{context.language.page.footer.another}</a>
          ) : (
            <a href={context.link(path)}>{context.language.page.self.back}</a>
          )}
        </p>
      </div>
    </Layout>
  );
}

/** The form with the invalid input; the page shows its own message instead of the browser's. */
function AgainForm({ context, path, outcome }: AgainProps) {
  const { channel, address, updates } = outcome;
  if (channel === 'sms') return <SmsForm context={context} path={path} wrong={address} />;
  return (
    <SubscribeForm
      context={context}
      path={path}
      updates={updates}
      {...(channel === 'push' ? {} : { wrong: address })}
    />
  );
}

interface AgainProps {
  readonly context: PageContext;
  readonly path: string;
  readonly outcome: Extract<Outcome, { readonly what: 'subscribe_wrong' }>;
}

/** Short enough for a title; the full explanation is beside the field. */
function firstSentence(text: string): string {
  return /^[^.]*\./.exec(text)?.[0] ?? text;
}

interface Wording {
  readonly title: string;
  readonly lead: string;
  /** Comes first in the title, which would otherwise equal that of the previous page. */
  readonly fault?: string;
}

function wording(
  outcome: Outcome,
  { subscribe, self, trouble, proof, too_many }: PageTexts,
): Wording {
  switch (outcome.what) {
    case 'subscribed':
      return { title: subscribe.sent_title, lead: subscribe.sent_lead };
    case 'subscribed_here':
      return { title: subscribe.here_title, lead: subscribe.here_lead };
    case 'code': {
      const codeForm = { title: subscribe.code_title, lead: subscribe.code_lead };
      if (outcome.trouble === null) return codeForm;
      if (outcome.trouble === 'wrong')
        return { ...codeForm, fault: firstSentence(subscribe.code_wrong) };
      const seconds = String(outcome.trouble.waitS);
      return { title: too_many.title, lead: too_many.lead({ seconds }) };
    }
    case 'code_done':
      return { title: subscribe.code_done_title, lead: subscribe.code_done_lead };
    case 'subscribe_off':
      return { title: subscribe.off_title, lead: subscribe.off_lead };
    case 'subscribe':
    case 'subscribe_wrong':
      return { title: subscribe.title, lead: subscribe.lead };
    case 'link_expired':
    case 'link_gone':
    case 'link_other':
    case 'link_forged':
      return { title: self.link_title, lead: self[outcome.what] };
    case 'proof_gone':
      return { title: trouble.title, lead: proof.gone };
  }
}

interface CodeFormProps {
  readonly context: PageContext;
  readonly path: string;
  /** States what the code was sent for. */
  readonly ticket: string;
  readonly trouble: CodeTrouble;
}

/** The previous code was wrong, or was not checked because there were too many attempts. */
type CodeTrouble = 'wrong' | { readonly waitS: number } | null;

/** The field for the code from an SMS; phones suggest it above the keyboard. */
function CodeForm({ context, path, ticket, trouble }: CodeFormProps) {
  const isWrong = trouble === 'wrong';
  const { subscribe } = context.language.page;
  return (
    <>
      <form class="act" method="post" action={context.link(`${path}/subscribe/code`)}>
        <input type="hidden" name="ticket" value={ticket} />
        <div class="field">
          <label for="code">{subscribe.code}</label>
          <input
            id="code"
            name="code"
            inputMode="numeric"
            autocomplete="one-time-code"
            required
            maxLength={20}
            aria-describedby={isWrong ? 'code-trouble code-hint' : 'code-hint'}
            {...(isWrong ? { 'aria-invalid': true, autofocus: true } : {})}
          />
          {isWrong && (
            <p class="wrong" id="code-trouble">
              {subscribe.code_wrong}
            </p>
          )}
        </div>
        <button type="submit">{subscribe.code_submit}</button>
        <p class="hint" id="code-hint">
          {subscribe.code_hint}
        </p>
      </form>
      <p class="again">
        <a href={context.link(`${path}/subscribe`)}>{subscribe.code_again}</a>
      </p>
    </>
  );
}
