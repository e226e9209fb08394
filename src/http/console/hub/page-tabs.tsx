import type { Messages } from '../../../platform/messages/shape.ts';
import { useMessages } from '../kit/language.ts';

/** Pages of one subject, of which the menu names the first. */
const SUBJECTS = {
  mappings: [
    ['/console/hub/mappings', 'mappings'],
    ['/console/hub/mapping-jobs', 'mappingJobs'],
  ],
  dates: [
    ['/console/hub/edd/accuracy', 'deliveryDates'],
    ['/console/hub/edd/models', 'predictions'],
  ],
} as const satisfies Readonly<
  Record<string, readonly (readonly [path: string, title: keyof Messages['console']])[]>
>;

interface PageTabsProps {
  readonly of: keyof typeof SUBJECTS;
  readonly at: string;
}

/** Links between the pages of a subject, below their headings. */
export function PageTabs({ of, at }: PageTabsProps) {
  const { console: words, layout } = useMessages();
  const pages = SUBJECTS[of];
  return (
    <nav class="tabs" aria-label={layout.frame.pagesOf({ section: words[pages[0][1]].title })}>
      {pages.map(([path, title]) => (
        <a key={path} href={path} aria-current={path === at ? 'page' : undefined}>
          {words[title].title}
        </a>
      ))}
    </nav>
  );
}
