import type { ComponentChildren } from 'preact';
import { useMessages } from '../kit/language.ts';

interface Props {
  readonly action: string;
  readonly csrf: string;
  /** Fields besides the button. */
  readonly children?: ComponentChildren;
}

/** For the owner of an address whose account a stranger may have created. */
export function ReplaceForm({ action, csrf, children }: Props) {
  const words = useMessages().desk.signIn;
  return (
    <>
      <h2>{words.notYours}</h2>
      <p class="soft">{words.notYoursLead}</p>
      <form method="post" action={action} class="stack">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="claim" value="replace" />
        {children}
        <button type="submit">{words.replace}</button>
      </form>
    </>
  );
}
