import { FindForms } from './find-pages.tsx';
import type { PageContext } from './page-context.ts';
import { Layout } from './parts/layout.tsx';
import type { PageTexts } from './texts.ts';

interface NoticePageProps {
  readonly context: PageContext;
  readonly notice: 'not_found' | 'no_order' | 'nowhere' | 'too_many';
  readonly number?: string;
  readonly order?: string;
  readonly merchant?: string;
  readonly waitS?: number;
}

/** Nothing to show: the reason, and the forms again with the submitted values. */
export function NoticePage({ context, notice, waitS = 0, ...rest }: NoticePageProps) {
  const { title, lead } = wording(notice, waitS, context.language.page);
  return (
    <Layout context={context} title={title} isLookup={notice !== 'too_many'}>
      <div class="plain card">
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
        {notice !== 'too_many' && <FindForms context={context} {...rest} />}
      </div>
    </Layout>
  );
}

function wording(notice: NoticePageProps['notice'], waitS: number, page: PageTexts) {
  const { not_found, too_many } = page;
  switch (notice) {
    case 'not_found':
      return { title: not_found.title, lead: not_found.lead };
    case 'no_order':
      return { title: not_found.title, lead: not_found.order_lead };
    case 'nowhere':
      return { title: not_found.page_title, lead: not_found.page_lead };
    case 'too_many':
      return { title: too_many.title, lead: too_many.lead({ seconds: String(waitS) }) };
  }
}

interface Choice {
  readonly name: string;
  readonly url: string;
}

interface ChoicesPageProps {
  readonly context: PageContext;
  readonly title: string;
  readonly lead: string;
  readonly choices: readonly Choice[];
}

/** Several answers match the request; the reader picks one. */
export function ChoicesPage({ context, title, lead, choices }: ChoicesPageProps) {
  return (
    <Layout context={context} title={title}>
      <div class="plain">
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
        <ul class="choices">
          {choices.map(({ name, url }) => (
            <li key={url}>
              <a href={url}>{name}</a>
            </li>
          ))}
        </ul>
      </div>
    </Layout>
  );
}
