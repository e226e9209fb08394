import { CopyButton, Filled } from '../kit/pieces.tsx';

interface CommandProps {
  /** Writes the sentence, with the command in its place. */
  readonly says: (parts: { readonly command: string }) => string;
  readonly command: string;
}

/** A sentence with a command of the hub's machine, and a button that copies it. */
export function WithCommand({ says, command }: CommandProps) {
  const line = (
    <span class="command">
      <code id="command">{command}</code>
      <CopyButton of="command" />
    </span>
  );
  return <Filled text={says({ command: '{command}' })} parts={{ command: line }} />;
}
