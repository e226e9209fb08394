import { type Command, Option } from 'commander';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const writeError = (line: string) => void process.stderr.write(`${line}\n`);

/** Adds the verbs for people who work in the console. */
export function addMemberVerbs(program: Command): void {
  const members = program.command('members').description('people who work in the console');
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
      process.exitCode = await membersVerify(process.env, email, options, print, writeError);
    });
  members
    .command('operator')
    .description('make a member an operator of the hub, who sees and changes all merchants')
    .argument('<email>')
    .option('--read', 'they may look at everything, but change nothing')
    .addOption(new Option('--remove', 'they are no operator any more').conflicts('read'))
    .action(async (email: string, given: { read?: true; remove?: true }) => {
      const { membersOperator } = await import('./members.ts');
      const power = given.remove === true ? null : given.read === true ? 'read' : 'write';
      process.exitCode = await membersOperator(process.env, email, power, print, writeError);
    });
}
