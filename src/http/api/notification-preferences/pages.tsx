import type { ComponentChildren, VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { LANGUAGES } from '../../../platform/messages/languages.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import type { PreferencesByLink, Unsubscription } from '../../../reactions/notifications/index.ts';
import { loadPageAssets, type PageAssets } from '../../public/tracking/pages/assets.ts';
import { type PageContext, pageContext } from '../../public/tracking/pages/page-context.ts';
import { Layout } from '../../public/tracking/pages/parts/layout.tsx';
import { loadLanguages } from '../../public/tracking/pages/texts.ts';
import { type PageRequest, trackPath } from '../../public/tracking/pages/tracking-pages.tsx';

/** The pages behind links in messages, as complete HTML documents. */
export interface NoticePages {
  readonly languages: readonly string[];
  readonly assets: PageAssets;
  /** Opening changes nothing, because mail scanners open links too; only the button does. */
  confirm(request: PageRequest, state: 'open' | 'done', about: NoticeAbout): string;
  unsubscribe(request: PageRequest, what: Unsubscription, about: NoticeAbout): string;
  preferences(
    request: PageRequest,
    preferences: PreferencesByLink,
    word: 'saved' | 'quiet_wrong' | null,
    about: NoticeAbout,
  ): string;
  broken(request: PageRequest, why: 'unknown' | 'expired'): string;
}

/** Names of the messages' sender and subject. */
export interface NoticeAbout {
  /** Null: must not be named, or has no name. */
  readonly merchant: string | null;
  readonly parcel: {
    readonly carrier: string;
    readonly carrierName: string;
    readonly number: string;
  } | null;
}

/** Reads texts and assets once. Throws when one is broken: they ship with the code. */
export function openNoticePages(): NoticePages {
  const assets = loadPageAssets();
  const languages = loadLanguages();
  const all = [...languages.values()];

  function page(
    request: PageRequest,
    view: (texts: Messages['subscriptions'], context: PageContext, action: string) => VNode,
  ): string {
    const language = languages.get(request.language) ?? all[0];
    if (language === undefined) throw new Error('there are no page texts');
    const texts = messagesIn(language.page.language).subscriptions;
    const context = pageContext(language, all, assets, request);
    const action = `?${request.query}`;
    return `<!doctype html>${renderToString(view(texts, context, action))}`;
  }

  return {
    languages: [...languages.keys()],
    assets,
    confirm: (request, state, about) =>
      page(request, ({ confirm, about: words }, context, action) =>
        state === 'done' ? (
          <Notice context={context} title={confirm.done_title} lead={confirm.done_lead}>
            <About context={context} words={words} about={about} />
          </Notice>
        ) : (
          <Notice context={context} title={confirm.title} lead={confirm.lead}>
            <About context={context} words={words} about={about} />
            <Button action={action} label={confirm.submit} />
            <p class="hint">{confirm.otherwise}</p>
          </Notice>
        ),
      ),
    unsubscribe: (request, { of, done }, about) =>
      page(request, ({ unsubscribe: words, about: named }, context, action) =>
        done ? (
          <Notice context={context} title={words.done_title} lead={words[`${of}_done`]}>
            <About context={context} words={named} about={about} />
          </Notice>
        ) : (
          <Notice context={context} title={words.title} lead={words[`${of}_lead`]}>
            <About context={context} words={named} about={about} />
            <Button action={action} label={words.submit} />
          </Notice>
        ),
      ),
    preferences: (request, preferences, word, about) =>
      page(request, (texts, context, action) => (
        <Notice context={context} title={texts.preferences.title} lead={texts.preferences.lead}>
          <About context={context} words={texts.about} about={about} />
          <Channel words={texts.preferences.channels} channel={preferences.channel} />
          {word !== null && <p role="status">{texts.preferences[word]}</p>}
          <PreferencesForm context={context} preferences={preferences} action={action} />
        </Notice>
      )),
    broken: (request, why) =>
      page(request, (texts, context) => <Notice context={context} {...texts[why]} />),
  };
}

interface NoticeProps {
  readonly context: PageContext;
  readonly title: string;
  readonly lead: string;
  readonly children?: ComponentChildren;
}

function Notice({ context, title, lead, children }: NoticeProps) {
  return (
    <Layout context={context} title={title} sheets={['forms', 'panel']}>
      <div class="plain card">
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
        {children}
      </div>
    </Layout>
  );
}

/** The parcel with a link, and its merchant; anything that must not be named is left out. */
function About({
  context,
  words,
  about: { merchant, parcel },
}: {
  readonly context: PageContext;
  readonly words: Messages['subscriptions']['about'];
  readonly about: NoticeAbout;
}) {
  if (parcel === null) {
    return merchant === null ? null : <p class="word">{words.merchant({ merchant })}</p>;
  }
  const { carrier, carrierName, number } = parcel;
  const names = { number, carrier: carrierName, merchant: merchant ?? '' };
  return (
    <>
      <p class="word">{merchant === null ? words.parcel(names) : words.parcel_of(names)}</p>
      <p class="back">
        <a href={context.link(trackPath(carrier, number))}>{words.to_parcel}</a>
      </p>
    </>
  );
}

function Channel({
  words,
  channel,
}: {
  readonly words: Messages['subscriptions']['preferences']['channels'];
  readonly channel: PreferencesByLink['channel'];
}) {
  const text = hasWords(channel, words) ? words[channel] : null;
  return text && <p class="hint">{text}</p>;
}

function hasWords<T extends object>(channel: string, words: T): channel is keyof T & string {
  return Object.hasOwn(words, channel);
}

function Button({ action, label }: { readonly action: string; readonly label: string }) {
  return (
    <form class="act" method="post" action={action}>
      <button type="submit">{label}</button>
    </form>
  );
}

interface PreferencesFormProps {
  readonly context: PageContext;
  readonly preferences: PreferencesByLink;
  readonly action: string;
}

/** Milestones, language and quiet hours; works without a script. */
function PreferencesForm({ context, preferences, action }: PreferencesFormProps) {
  const { page, status } = context.language;
  const words = messagesIn(page.language).subscriptions.preferences;
  const { offered, muted, locale, quietHours, unsubscribed } = preferences;
  return (
    <form class="act" method="post" action={action}>
      <fieldset>
        <legend>{words.milestones_title}</legend>
        {offered.map((milestone) => (
          <label class="consent" key={milestone}>
            <input
              type="checkbox"
              name="wanted"
              value={milestone}
              checked={!muted.includes(milestone)}
            />
            <span>{status.notifyWhen[milestone]}</span>
          </label>
        ))}
      </fieldset>
      <div class="field">
        <label for="language">{words.language}</label>
        <select id="language" name="language">
          <option value="">{words.language_default}</option>
          {LANGUAGES.map((language) => (
            <option key={language} value={language} selected={locale === language}>
              {context.languages.find(({ page }) => page.language === language)?.page.name}
            </option>
          ))}
        </select>
      </div>
      <fieldset>
        <legend>{words.quiet_title}</legend>
        <p class="hint">{words.quiet_lead}</p>
        <div class="field">
          <label for="from">{words.from}</label>
          <input id="from" name="from" type="time" value={quietHours?.from ?? ''} />
        </div>
        <div class="field">
          <label for="to">{words.to}</label>
          <input id="to" name="to" type="time" value={quietHours?.to ?? ''} />
        </div>
      </fieldset>
      <label class="consent">
        <input type="checkbox" name="nothing" value="yes" checked={unsubscribed} />
        <span>{words.nothing}</span>
      </label>
      <button type="submit">{words.submit}</button>
    </form>
  );
}
