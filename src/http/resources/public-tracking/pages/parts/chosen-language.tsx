import type { PageContext } from '../page-context.ts';

/** Keeps a language the reader chose when a form is sent. */
export function ChosenLanguage({ context }: { readonly context: PageContext }) {
  const { language } = context.language.page;
  return context.link('') === '' ? null : <input type="hidden" name="lang" value={language} />;
}
