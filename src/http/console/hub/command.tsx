import { useId } from 'preact/hooks';
import { CopyButton, Filled } from '../kit/pieces.tsx';

interface CommandProps {
  /** Writes the sentence, with the command in its place. */
  readonly says: (parts: { readonly command: string }) => string;
  readonly command: string;
}

/** A sentence with a command of the hub's machine, and a button that copies it. */
export function WithCommand({ says, command }: CommandProps) {
  return (
    <Filled
      text={says({ command: '{command}' })}
      parts={{ command: <Command>{command}</Command> }}
    />
  );
}

interface LineProps {
  /** What it is for, where the page has several. */
  readonly about?: string;
  readonly children: string;
}

/** A command or setting on a line of its own, with a button that copies it. */
export function Command({ about, children }: LineProps) {
  const id = useId();
  return (
    <span class="command">
      <code id={id}>{children}</code>
      <CopyButton of={id} {...(about === undefined ? {} : { about })} />
    </span>
  );
}
