import {
  ONLY_MAIL,
  type SubscriptionChannel,
  type SubscriptionOffers,
} from '../../../../reactions/notifications/index.ts';
import type { PageContext } from './page-context.ts';
import { Layout } from './parts/layout.tsx';
import { PushForm, SmsForm, SubscribeForm } from './parts/subscribe-form.tsx';
import { fill } from './texts.ts';

/** A small page beside the parcel's: the form for messages, and what came of forms. */
export type Outcome =
  | { readonly what: 'subscribe'; readonly offers: SubscriptionOffers }
  | { readonly what: 'subscribed' }
  /** By SMS, or on this device. */
  | { readonly what: 'subscribed_here' }
  | { readonly what: 'subscribe_off' }
  /** The address that was typed. */
  | {
      readonly what: 'subscribe_wrong';
      readonly channel: SubscriptionChannel;
      readonly address: string;
    }
  | { readonly what: `link_${'expired' | 'gone' | 'other' | 'forged'}` }
  | { readonly what: 'proof_gone' }
  | { readonly what: 'too_many' };

interface OutcomePageProps {
  readonly context: PageContext;
  readonly told: Outcome;
  readonly carrierName: string;
  /** Of the parcel. */
  readonly path: string;
}

export function OutcomePage({ context, told, carrierName, path }: OutcomePageProps) {
  const { title, lead } = wording(told, context, carrierName);
  const { sms, pushKey } = told.what === 'subscribe' ? told.offers : ONLY_MAIL;
  return (
    <Layout
      context={context}
      title={title}
      {...(pushKey === null ? {} : { script: context.assets.pushScriptUrl })}
    >
      <div class="plain card">
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
        {told.what === 'subscribe' && <SubscribeForm context={context} path={path} />}
        {sms && <SmsForm context={context} path={path} />}
        {pushKey !== null && <PushForm context={context} path={path} pushKey={pushKey} />}
        {told.what === 'subscribe_wrong' && <AgainForm {...{ context, path, told }} />}
        <p class="back">
          {told.what === 'link_gone' ? (
            <a href={context.link('/track')}>{context.language.page.footer.another}</a>
          ) : (
            <a href={context.link(path)}>{context.language.page.self.back}</a>
          )}
        </p>
      </div>
    </Layout>
  );
}

/** The form with what could not be used; a browser's own words mean nothing to its reader. */
function AgainForm({ context, path, told }: AgainProps) {
  const { channel, address } = told;
  if (channel === 'sms') return <SmsForm context={context} path={path} wrong={address} />;
  return (
    <SubscribeForm
      context={context}
      path={path}
      {...(channel === 'push' ? {} : { wrong: address })}
    />
  );
}

interface AgainProps {
  readonly context: PageContext;
  readonly path: string;
  readonly told: Extract<Outcome, { readonly what: 'subscribe_wrong' }>;
}

function wording({ what }: Outcome, { language, look }: PageContext, carrier: string) {
  const { subscribe, self, trouble, proof, help } = language.page;
  switch (what) {
    case 'subscribed':
      return { title: subscribe.sent_title, lead: subscribe.sent_lead };
    case 'subscribed_here':
      return { title: subscribe.here_title, lead: subscribe.here_lead };
    case 'subscribe_off':
      return { title: subscribe.off_title, lead: subscribe.off_lead };
    case 'subscribe':
    case 'subscribe_wrong':
      return { title: subscribe.title, lead: subscribe.lead };
    case 'link_expired':
    case 'link_gone':
    case 'link_other':
    case 'link_forged':
      return { title: self.link_title, lead: self[what] };
    case 'proof_gone':
      return { title: trouble.title, lead: proof.gone };
    case 'too_many':
      return {
        title: trouble.title,
        lead: fill(trouble.too_many, { carrier, shop: look?.name ?? help.the_shop }),
      };
  }
}
