import { formatTable, type Program } from '@restage/cli-kit';
import type { Execute } from '../../context.ts';

/** `restage account`: the account of the key, its limits, balance and usage. */
export function addAccount(program: Program, execute: Execute): void {
  program
    .command('account')
    .description('Show the account: limits, balance and usage')
    .action(() =>
      execute(async ({ restage, terminal: { signal } }) => {
        const [info, billing] = await Promise.all([
          restage.account.info({ signal }),
          restage.account.billing({ signal }),
        ]);
        const { rpm, concurrency } = info.rate_limits;
        const limit = info.spending_limit;
        const rows = [
          ['account', `${info.email}, ${info.billing_type}`],
          ['balance', formatDollars(billing.prepaid_balance)],
          [
            'used',
            `${formatDollars(billing.current_period_usage)} from ${formatDate(billing.billing_period_start)}`,
          ],
          ['limit', limit === null ? 'none' : `${formatDollars(limit)} a billing period`],
          ['writes', `${rpm.usage} of ${rpm.limit} in the last minute`],
          ['in flight', `${concurrency.usage} of ${concurrency.limit} jobs`],
          ...billing.meters.map(({ label, total_usage, unit }) => [label, `${total_usage} ${unit}`]),
        ];
        return { data: { info, billing }, text: formatTable(rows) };
      }),
    );
}

function formatDollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

function formatDate(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().slice(0, 10);
}
