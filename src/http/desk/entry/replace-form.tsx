import type { ComponentChildren } from 'preact';
import { useMessages } from '../../console/parts/language.ts';

interface Props {
  readonly action: string;
  readonly csrf: string;
  /** What the form asks for beside its button. */
  readonly children?: ComponentChildren;
}

/** For whoever holds the address of an account that a stranger may have made. */
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
