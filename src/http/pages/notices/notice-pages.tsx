import type { ComponentChildren, VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { PreferencesByLink, Unsubscription } from '../../../reactions/notifications/index.ts';
import { loadPageAssets, type PageAssets } from '../assets.ts';
import { type PageContext, pageContext } from '../page-context.ts';
import { Layout } from '../parts/layout.tsx';
import { loadLanguages } from '../texts.ts';
import type { PageRequest } from '../tracking-pages.tsx';
import { loadNoticeTexts, type NoticeTexts } from './notice-texts.ts';
import { PreferencesForm } from './preferences-form.tsx';

/** The pages behind links in messages, as whole HTML documents. */
export interface NoticePages {
  readonly languages: readonly string[];
  readonly assets: PageAssets;
  /** Opening changes nothing, as mail scanners open links too: the button does. */
  confirm(request: PageRequest, state: 'open' | 'done'): string;
  unsubscribe(request: PageRequest, what: Unsubscription): string;
  preferences(
    request: PageRequest,
    preferences: PreferencesByLink,
    word: 'saved' | 'quiet_wrong' | null,
  ): string;
  broken(request: PageRequest, why: 'unknown' | 'expired'): string;
}

/** Reads texts and assets once. Throws when one is broken: they ship with the code. */
export function openNoticePages(messagesFolder: string): NoticePages {
  const assets = loadPageAssets();
  const languages = loadLanguages(messagesFolder);
  const notices = loadNoticeTexts(messagesFolder);
  const all = [...languages.values()];

  function page(
    request: PageRequest,
    view: (texts: NoticeTexts, context: PageContext, action: string) => VNode,
  ): string {
    const language = languages.get(request.language) ?? all[0];
    const texts = language && notices.get(language.page.language);
    if (language === undefined || texts === undefined) throw new Error('there are no page texts');
    const context = pageContext(language, all, assets, request);
    const action = `?${request.query}`;
    return `<!doctype html>${renderToString(view(texts, context, action))}`;
  }

  return {
    languages: [...languages.keys()],
    assets,
    confirm: (request, state) =>
      page(request, ({ confirm }, context, action) =>
        state === 'done' ? (
          <Notice context={context} title={confirm.done_title} lead={confirm.done_lead} />
        ) : (
          <Notice context={context} title={confirm.title} lead={confirm.lead}>
            <Button action={action} label={confirm.submit} />
            <p class="hint">{confirm.otherwise}</p>
          </Notice>
        ),
      ),
    unsubscribe: (request, { of, done }) =>
      page(request, ({ unsubscribe: words }, context, action) =>
        done ? (
          <Notice context={context} title={words.done_title} lead={words[`${of}_done`]} />
        ) : (
          <Notice context={context} title={words.title} lead={words[`${of}_lead`]}>
            <Button action={action} label={words.submit} />
          </Notice>
        ),
      ),
    preferences: (request, preferences, word) =>
      page(request, (texts, context, action) => (
        <Notice context={context} title={texts.preferences.title} lead={texts.preferences.lead}>
          {word !== null && <p role="status">{texts.preferences[word]}</p>}
          <PreferencesForm {...{ context, texts, preferences, action }} />
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

function Button({ action, label }: { readonly action: string; readonly label: string }) {
  return (
    <form class="act" method="post" action={action}>
      <button type="submit">{label}</button>
    </form>
  );
}
