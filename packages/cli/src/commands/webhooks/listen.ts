import { once } from 'node:events';
import { int, number, type Program, toSingleLine, UsageError } from '@restage/cli-kit';
import type { Context, Execute } from '../../context.ts';
import { type ReceivedWebhook, receiveWebhooks } from './receiver.ts';

/** `restage listen`: receives webhooks on a local port, verifies and prints them, and forwards them to another port. */
export function addListen(program: Program, execute: Execute): void {
  program
    .command('listen')
    .description('Receive webhooks on a local port, verify, print and forward them, until Ctrl-C')
    .option('--port <port>', 'port to receive webhooks on', int(0, 65_535), 8788)
    .option('--forward <target>', 'port, or port/path, of this machine to forward verified webhooks to')
    .option(
      '--secret <whsec_…>',
      'webhook secret, or several with commas (default: RESTAGE_WEBHOOK_SECRET, or that of the account)',
    )
    .option('--count <number>', 'exit after this many verified webhooks', number)
    .action(({ port, forward: target, secret, count = Number.POSITIVE_INFINITY }) =>
      execute(async (context) => {
        const { terminal, isJson } = context;
        const secrets = await getSecrets(context, secret ?? terminal.env.RESTAGE_WEBHOOK_SECRET);
        const forward = target === undefined ? undefined : parseForwardUrl(target);
        const counted = new AbortController();
        let verified = 0;
        const onWebhook = (webhook: ReceivedWebhook) => {
          printWebhook(context, webhook);
          if (webhook.event) verified += 1;
          if (verified >= count) counted.abort();
        };
        const { server, port: openPort } = await listen({ port, secrets, forward, onWebhook });
        const ended = AbortSignal.any([terminal.signal, counted.signal]);
        if (!isJson) terminal.err(`Receiving webhooks on http://127.0.0.1:${openPort}. Ctrl-C stops.\n`);
        if (!ended.aborted) await once(ended, 'abort');
        await new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        });
        return undefined;
      }),
    );
}

async function listen(options: Parameters<typeof receiveWebhooks>[0]) {
  try {
    return await receiveWebhooks(options);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UsageError(`Can't listen on port ${options.port} (${reason}). Choose another with --port.`);
  }
}

/** Prints a verified webhook as a result, and a problem to standard error. */
function printWebhook({ terminal, isJson }: Context, { event, status, problem }: ReceivedWebhook): void {
  if (event && isJson) terminal.out(`${JSON.stringify(event)}\n`);
  else if (event) {
    const result = event.status === 'completed' ? event.output.render : (event.error ?? '');
    terminal.out(`${toSingleLine([event.id, event.status, result].join('  ').trimEnd())}\n`);
  }
  if (problem !== undefined) {
    terminal.err(`restage: ${toSingleLine(problem)} The sender got status ${status}.\n`);
  }
}

/** The secrets that were given or, with an API key, the account's. */
async function getSecrets(
  { restage, terminal: { env, signal } }: Context,
  received: string | undefined,
): Promise<string[]> {
  if (received || !env.RESTAGE_API_KEY) return parseSecrets(received ?? '');
  const { secret } = await restage.webhooks.secret({ signal });
  return [secret];
}

function parseSecrets(received: string): string[] {
  const secrets = received.split(',').map((secret) => secret.trim());
  if (!secrets.every((secret) => /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret))) {
    // What was received may be a secret with a typing error, so it is not repeated.
    throw new UsageError(
      '--secret or RESTAGE_WEBHOOK_SECRET must be the webhook secret of the account, whsec_…. If neither is set, it is fetched with RESTAGE_API_KEY.',
    );
  }
  return secrets;
}

/** The URL of a port of this machine, with a path. Webhooks are forwarded nowhere else. */
function parseForwardUrl(received: string): URL {
  const [, port, path = '/'] = /^(\d{1,5})(\/.*)?$/.exec(received) ?? [];
  if (port === undefined || Number(port) < 1 || Number(port) > 65_535) {
    throw new UsageError(
      `--forward must be a port of this machine, or port/path, as in 3000/webhooks; received ${JSON.stringify(received)}.`,
    );
  }
  return new URL(`http://127.0.0.1:${port}${path}`);
}
