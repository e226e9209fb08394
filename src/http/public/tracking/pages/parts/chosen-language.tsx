import type { PageContext } from '../page-context.ts';

/** Carries the language the reader chose through a form submission. */
export function ChosenLanguage({ context }: { readonly context: PageContext }) {
  const { language } = context.language.page;
  return context.link('') === '' ? null : <input type="hidden" name="lang" value={language} />;
}
