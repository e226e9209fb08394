import { type Command, Option } from 'commander';
import type { ProviderOptions } from './identity-providers.ts';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const writeError = (line: string) => void process.stderr.write(`${line}\n`);

interface Given {
  readonly merchant: string;
  readonly name?: string;
  readonly clientId?: string;
  readonly clientSecretFile?: string;
  readonly publicClient?: true;
  readonly trustSecondStep?: true;
  readonly ownSecondStep?: true;
  readonly json?: true;
}

/** Adds the verbs for the identity providers at which members of a merchant sign in. */
export function addIdentityProviderVerbs(program: Command): void {
  const providers = program
    .command('identity-providers')
    .description('the identity providers with which colleagues sign in to the console');
  withMerchant(providers.command('list').description("list a merchant's identity providers"))
    .option('--json', 'print one JSON line each')
    .action(async (given: Given) => {
      const { providersList } = await import('./identity-providers.ts');
      process.exitCode = await providersList(process.env, optionsOf(given), print, writeError);
    });
  withProviderOptions(
    withMerchant(
      providers
        .command('add')
        .description('add one by its issuer, which must answer a request of the hub')
        .argument('<issuer>', 'such as https://login.example.com'),
    ).requiredOption('--name <name>', 'as members know it'),
  ).action(async (issuer: string, given: Given) => {
    const { providersAdd } = await import('./identity-providers.ts');
    process.exitCode = await providersAdd(process.env, issuer, optionsOf(given), print, writeError);
  });
  withProviderOptions(
    withMerchant(
      providers
        .command('change')
        .description('change the settings of one; those that are not given stay')
        .argument('<id>'),
    ).option('--name <name>', 'as members know it'),
  ).action(async (id: string, given: Given) => {
    const { providersChange } = await import('./identity-providers.ts');
    process.exitCode = await providersChange(process.env, id, optionsOf(given), print, writeError);
  });
  withMerchant(
    providers
      .command('remove')
      .description('remove one, and sign out everybody who signed in with it')
      .argument('<id>'),
  ).action(async (id: string, given: Given) => {
    const { providersRemove } = await import('./identity-providers.ts');
    process.exitCode = await providersRemove(process.env, id, optionsOf(given), print, writeError);
  });
}

function withMerchant(command: Command): Command {
  return command.option('--merchant <slug>', "the merchant's short name", 'default');
}

function withProviderOptions(command: Command): Command {
  return command
    .option('--client-id <id>', "the hub's ID at the provider")
    .addOption(
      new Option(
        '--client-secret-file <file>',
        'a file with the secret alone; -: standard input',
      ).conflicts('publicClient'),
    )
    .option('--public-client', 'the provider requires no secret')
    .addOption(
      new Option('--trust-second-step', 'a second step done there is enough').conflicts(
        'ownSecondStep',
      ),
    )
    .option('--own-second-step', "always require the hub's own second step")
    .option('--json', 'print one JSON line');
}

function optionsOf(given: Given): ProviderOptions {
  const { merchant, name, clientId, clientSecretFile } = given;
  return {
    merchant,
    name,
    clientId,
    clientSecretFile,
    publicClient: given.publicClient === true,
    vouches:
      given.trustSecondStep === true ? true : given.ownSecondStep === true ? false : undefined,
    json: given.json === true,
  };
}
