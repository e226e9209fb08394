import type { Command } from 'commander';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (line: string) => void process.stderr.write(`${line}\n`);

/** Adds the verbs for people who work at the desk. */
export function addMemberVerbs(program: Command): void {
  const members = program.command('members').description('people who work at the desk');
  members
    .command('verify')
    .description('confirm that an email address belongs to its member, without sending mail')
    .argument('<email>')
    .option(
      '--replace',
      'end the password and second step set so far, and print a link to set a new password',
    )
    .action(async (email: string, given: { replace?: true }) => {
      const { membersVerify } = await import('./members.ts');
      const options = { replace: given.replace === true };
      process.exitCode = await membersVerify(process.env, email, options, print, complain);
    });
}
