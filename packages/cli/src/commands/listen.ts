import { command, numberOf, UsageError } from '../command.ts';
import { type Reception, receiveWebhooks } from '../receiver.ts';
import { plain, type Terminal } from '../terminal.ts';

const usualPort = 8788;

/** `restage listen`: shows the webhooks that arrive on a local port, verified, and sends them on to another. */
export const listen = command({
  summary: 'receive webhooks on a local port, verify, show and forward them, until Ctrl-C',
  operands: [],
  options: {
    port: { type: 'string', value: '<port>', summary: `where they arrive (default ${usualPort})` },
    forward: {
      type: 'string',
      value: '<port>[/path]',
      summary: 'where genuine ones go on to, on this machine',
    },
    secret: {
      type: 'string',
      value: '<whsec_…>',
      summary: 'the account’s; several with commas (default: RESTAGE_WEBHOOK_SECRET)',
    },
    count: { type: 'string', value: '<number>', summary: 'end after so many genuine ones' },
  },
  async run({ terminal, quiet }, _operands, values) {
    const port = numberOf(values, 'port') ?? usualPort;
    const most = numberOf(values, 'count') ?? Number.POSITIVE_INFINITY;
    const secrets = secretsOf(values.secret ?? terminal.env.RESTAGE_WEBHOOK_SECRET);
    const forward = values.forward === undefined ? undefined : forwardUrl(values.forward);
    const ended = Promise.withResolvers<void>();
    let genuine = 0;
    const onReception = (reception: Reception) => {
      show(terminal, quiet, reception);
      if (reception.event) genuine += 1;
      if (genuine >= most) ended.resolve();
    };
    const { server, port: open } = await listening(port, { port, secrets, forward, onReception });
    terminal.signal.addEventListener('abort', () => ended.resolve());
    if (terminal.signal.aborted) ended.resolve();
    if (!quiet) terminal.err(`Webhooks are received on http://127.0.0.1:${open}. Ctrl-C ends it.\n`);
    await ended.promise;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    return undefined;
  },
});

async function listening(port: number, options: Parameters<typeof receiveWebhooks>[0]) {
  try {
    return await receiveWebhooks(options);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UsageError(`Port ${port} can't be listened on (${reason}). Choose another with --port.`);
  }
}

/** A genuine one is a result; what is not, or went no further, is said beside. */
function show(terminal: Terminal, quiet: boolean, { event, status, fault }: Reception): void {
  if (event && quiet) terminal.out(`${JSON.stringify(event)}\n`);
  else if (event) {
    const what = event.status === 'completed' ? event.output.render : (event.error ?? '');
    terminal.out(`${plain([event.id, event.status, what].join('  ').trimEnd())}\n`);
  }
  if (fault !== undefined) terminal.err(`restage: ${plain(fault)} The sender was answered ${status}.\n`);
}

function secretsOf(given: string | undefined): string[] {
  const secrets = (given ?? '').split(',').map((secret) => secret.trim());
  if (!secrets.every((secret) => /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret))) {
    throw new UsageError(
      'The account’s webhook secret, whsec_…, is needed: --secret or RESTAGE_WEBHOOK_SECRET. Whoever runs the server prints it with `restage-server webhooks secret acc_…`.',
    );
  }
  return secrets;
}

/** A port of this machine and a path: webhooks are nobody else's. */
function forwardUrl(given: string): URL {
  const [, port, path = '/'] = /^(\d{1,5})(\/.*)?$/.exec(given) ?? [];
  if (port === undefined || Number(port) < 1 || Number(port) > 65_535) {
    throw new UsageError('--forward takes a port of this machine, and a path if need be: 3000/webhooks.');
  }
  return new URL(`http://127.0.0.1:${port}${path}`);
}
