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
    .description('where colleagues have accounts that they sign in to the console with');
  withMerchant(providers.command('list').description("list a merchant's identity providers"))
    .option('--json', 'print one JSON line each')
    .action(async (given: Given) => {
      const { providersList } = await import('./identity-providers.ts');
      process.exitCode = await providersList(process.env, optionsOf(given), print, writeError);
    });
  withSaid(
    withMerchant(
      providers
        .command('add')
        .description('add one by its issuer, which is asked and must answer')
        .argument('<issuer>', 'such as https://login.example.com'),
    ).requiredOption('--name <name>', 'as members know it'),
  ).action(async (issuer: string, given: Given) => {
    const { providersAdd } = await import('./identity-providers.ts');
    process.exitCode = await providersAdd(process.env, issuer, optionsOf(given), print, writeError);
  });
  withSaid(
    withMerchant(
      providers
        .command('change')
        .description('change what the hub is to one; what is left out stays')
        .argument('<id>'),
    ).option('--name <name>', 'as members know it'),
  ).action(async (id: string, given: Given) => {
    const { providersChange } = await import('./identity-providers.ts');
    process.exitCode = await providersChange(process.env, id, optionsOf(given), print, writeError);
  });
  withMerchant(
    providers
      .command('remove')
      .description('remove one, and sign out whoever came with it')
      .argument('<id>'),
  ).action(async (id: string, given: Given) => {
    const { providersRemove } = await import('./identity-providers.ts');
    process.exitCode = await providersRemove(process.env, id, optionsOf(given), print, writeError);
  });
}

function withMerchant(command: Command): Command {
  return command.option('--merchant <slug>', "the merchant's short name", 'default');
}

function withSaid(command: Command): Command {
  return command
    .option('--client-id <id>', 'as what the provider knows the hub')
    .addOption(
      new Option(
        '--client-secret-file <file>',
        'a file with the secret alone; -: standard input',
      ).conflicts('publicClient'),
    )
    .option('--public-client', 'the provider asks for no secret')
    .addOption(
      new Option('--trust-second-step', 'a second step done there is enough').conflicts(
        'ownSecondStep',
      ),
    )
    .option('--own-second-step', "the hub's second step is asked for in any case")
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
