import type { PageContext } from '../page-context.ts';

interface CodeFormProps {
  readonly context: PageContext;
  readonly path: string;
  /** States what the code was sent for. */
  readonly ticket: string;
  readonly trouble: CodeTrouble;
}

/** The previous code was wrong, or was not checked because there were too many attempts. */
export type CodeTrouble = 'wrong' | { readonly waitS: number } | null;

/** The field for the code from an SMS; phones suggest it above the keyboard. */
export function CodeForm({ context, path, ticket, trouble }: CodeFormProps) {
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
